/** Digest authentication (RFC 2617, as RFC 3261 §22 uses it): MD5, with `qop=auth` and without. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export interface Credentials {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm?: string
  readonly qop?: string
  readonly nc?: string
  readonly cnonce?: string
}

/** `stale`: the password was right, only the nonce was not fresh; the client may try again by itself. */
export type Verdict = { readonly ok: true; readonly user: string } | { readonly ok: false; readonly stale: boolean }

export interface Authenticator {
  /** The value of a WWW-Authenticate or Proxy-Authenticate field, with a nonce of its own. */
  challenge(stale: boolean): string
  verify(credentials: readonly Credentials[], method: string, uri: string): Verdict
}

export interface AuthenticatorOptions {
  readonly realm: string
  /** Null for a user there is not. */
  readonly passwordOf: (user: string) => string | null
  /** Milliseconds. */
  readonly nonceExpires: number
}

/** Nonces remembered; the oldest goes first, and its holder is told that it is stale. */
const MOST_NONCES = 1000

export function digestResponse(credentials: Omit<Credentials, 'response'>, method: string, password: string): string {
  const { username, realm, nonce, uri, qop, nc, cnonce } = credentials
  const ha1 = md5(`${username}:${realm}:${password}`)
  const ha2 = md5(`${method}:${uri}`)
  return md5(qop ? `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}` : `${ha1}:${nonce}:${ha2}`)
}

/** Null for what is not Digest credentials with everything that is needed to check them. */
export function parseCredentials(text: string): Credentials | null {
  const list = /^Digest[ \t]+(.*)$/i.exec(text)?.[1]
  const parameter = /[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))[ \t]*(?:,|$)/y
  if (list === undefined) return null

  const found: Record<string, string> = {}
  while (parameter.lastIndex < list.length) {
    const match = parameter.exec(list)
    if (!match) return null
    found[match[1]?.toLowerCase() ?? ''] = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? ''
  }
  const { username, realm, nonce, uri, response, algorithm, qop, nc, cnonce } = found
  if (!username || realm === undefined || !nonce || !uri || !/^[0-9a-f]{32}$/.test(response ?? '')) return null
  if (qop !== undefined && (qop !== 'auth' || !/^[0-9a-f]{8}$/.test(nc ?? '') || !cnonce)) return null
  return {
    username,
    realm,
    nonce,
    uri,
    response: response ?? '',
    ...(algorithm !== undefined && { algorithm }),
    ...(qop && nc && cnonce && { qop, nc, cnonce })
  }
}

export function createAuthenticator({ realm, passwordOf, nonceExpires }: AuthenticatorOptions): Authenticator {
  const nonces = new Map<string, { readonly until: number; count: number }>()

  const isRight = (given: Credentials, method: string, uri: string): boolean => {
    const password = passwordOf(given.username)
    if (password === null || given.realm !== realm || given.uri !== uri) return false
    if (given.algorithm !== undefined && given.algorithm.toUpperCase() !== 'MD5') return false
    return timingSafeEqual(Buffer.from(digestResponse(given, method, password)), Buffer.from(given.response))
  }

  /** Fresh is a nonce of ours that has not expired and, where requests are counted, was not used with this count. */
  const isFresh = ({ nonce, nc }: Credentials): boolean => {
    const known = nonces.get(nonce)
    const count = nc === undefined ? null : parseInt(nc, 16)
    if (!known || known.until <= Date.now() || (count !== null && count <= known.count)) return false
    known.count = count ?? known.count
    return true
  }

  return {
    challenge(stale) {
      const nonce = randomBytes(16).toString('hex')
      const oldest = nonces.keys().next().value
      if (nonces.size >= MOST_NONCES && oldest !== undefined) nonces.delete(oldest)
      nonces.set(nonce, { until: Date.now() + nonceExpires, count: 0 })
      return `Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"${stale ? ', stale=true' : ''}`
    },
    verify(credentials, method, uri) {
      const right = credentials.find((given) => isRight(given, method, uri))
      if (!right) return { ok: false, stale: false }
      return isFresh(right) ? { ok: true, user: right.username } : { ok: false, stale: true }
    }
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
