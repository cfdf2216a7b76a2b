/** Tokens as the provider's HTTP API makes them: a JWT signed with HS256, or, before 0.4.1, a UUID. */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { readToken } from '../wire.ts'
import type { TokenOptions } from './types.ts'

export interface Bearer {
  readonly identity: string
  readonly displayName: string | null
}

export interface Tokens {
  issue(identity: string, options?: TokenOptions): string
  /** Who this is, or why it is nobody. */
  verify(token: string): Bearer | { readonly fault: string }
  /** Tokens that cannot be told from any other text. */
  opaque(): Iterable<string>
}

const IDENTITY = /^[\p{L}\p{N}\-_+=/.]{3,64}$/u
const EIGHT_HOURS = 8 * 60 * 60

export function createTokens(secret = randomBytes(32).toString('hex')): Tokens {
  const opaque = new Map<string, Bearer & { readonly expires: number }>()
  const sign = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url')

  return {
    issue(identity, { displayName, location, timeToLive = EIGHT_HOURS, opaque: isOpaque = false } = {}) {
      if (!IDENTITY.test(identity)) throw new Error(`No identity: ${identity}`)
      const expires = now() + timeToLive
      if (isOpaque) {
        const token = randomUUID()
        opaque.set(token, { identity, displayName: displayName ?? null, expires })
        return token
      }
      const claims = { identity, name: displayName, location, iat: now(), exp: expires }
      const body = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`
      return `${body}.${sign(body)}`
    },
    verify(token) {
      const bearer = opaque.get(token) ?? readToken(token)
      if (!bearer) return { fault: 'Invalid token.' }
      if (!opaque.has(token) && !isSigned(token, sign)) return { fault: 'Invalid token.' }
      if (bearer.expires === null || bearer.expires <= now()) return { fault: 'Token expired.' }
      return { identity: bearer.identity, displayName: bearer.displayName }
    },
    opaque: () => opaque.keys()
  }
}

function isSigned(token: string, sign: (text: string) => string): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const [given, right] = [Buffer.from(signature), Buffer.from(sign(`${header}.${payload}`))]
  return given.length === right.length && timingSafeEqual(given, right)
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
