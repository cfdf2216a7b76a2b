/** The application's key pair, and what clients encrypt with its public half. */
import { constants, generateKeyPair, privateDecrypt } from 'node:crypto'
import { promisify } from 'node:util'
import * as v from 'valibot'
import type { Token } from '../packets.ts'
import { tokenBody } from '../packets/from-client.ts'

export interface Keys {
  /** Base64 of the SPKI. */
  readonly publicKey: string
  /** What the token says, or what is wrong with it. */
  read(token: string): { readonly token: Token } | { readonly fault: string }
}

const MODULUS = { bits: 2048, bytes: 256 }
/** RFC 8017 §7.2.1: two bytes, at least eight of padding, a zero. */
const SHORTEST_PREFIX = 11

const generate = () => promisify(generateKeyPair)('rsa', { modulusLength: MODULUS.bits })
/** One for all the servers of a process: primes take a while to find, and a server that is restarted keeps its key. */
let pair: ReturnType<typeof generate> | null = null

export async function createKeys(): Promise<Keys> {
  pair ??= generate()
  const { publicKey, privateKey } = await pair

  // Node refuses this padding, or answers a wrong block with random bytes so that nobody learns from the difference
  // (CVE-2023-46809). Here the difference is wanted: the block is taken off by hand.
  const decrypt = (block: Buffer): string | null => {
    try {
      const padded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block)
      const end = padded.indexOf(0, 2)
      if (padded[0] !== 0 || padded[1] !== 2 || end < SHORTEST_PREFIX - 1) return null
      return new TextDecoder('utf-8', { fatal: true }).decode(padded.subarray(end + 1))
    } catch {
      return null
    }
  }

  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    read(token) {
      if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(token)) {
        return { fault: 'Token Is Not Base64' }
      }
      const block = Buffer.from(token, 'base64')
      if (block.length !== MODULUS.bytes) return { fault: 'Token Is Not One Block' }
      const text = decrypt(block)
      if (text === null) return { fault: 'Token Of Another Key' }
      const parsed = v.safeParse(tokenBody, parse(text))
      return parsed.success ? { token: parsed.output } : { fault: 'Malformed Token' }
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
