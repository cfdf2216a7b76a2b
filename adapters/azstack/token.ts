/**
 * What authenticates: the user's credentials, readable only to who has the application's private key (RSA, PKCS#1 v1.5,
 * one block). A page has no such encryption of its own, so `jsencrypt` does it there, an optional peer that is loaded when
 * the first token is made. Node has one, and `jsencrypt` would fill the block from `Math.random` there.
 */
import type { Failure } from '../../machines/index.ts'
import type { Token } from './packets.ts'
import type { Encrypt, NodeCrypto } from './token-in-node.ts'

export type Encrypted = { readonly token: string } | { readonly failure: Failure }

/** Encrypts what authenticates with the application's public key: bare base64 of its SPKI, or PEM. */
export async function createToken(publicKey: string, content: Token): Promise<Encrypted> {
  const text = asciiOutsideThePlane(JSON.stringify(content))
  const size = new TextEncoder().encode(text).length
  try {
    const encrypt = await encryption()
    if (encrypt === null) return refused('The optional peer jsencrypt is not installed')
    const room = roomOf(encrypt(publicKey, ''))
    if (size > room) return refused(`What authenticates is ${size} bytes long, and the key has room for ${room}`)
    const token = encrypt(publicKey, text)
    if (token !== null) return { token }
  } catch {
    // what it throws may show what it was given
  }
  return refused('The public key cannot be used: give the base64 of an RSA public key (SPKI), or PEM')
}

interface NodeProcess {
  getBuiltinModule?(id: 'node:crypto'): NodeCrypto | undefined
}

async function encryption(): Promise<Encrypt | null> {
  const { process } = globalThis as { readonly process?: NodeProcess }
  const crypto = process?.getBuiltinModule?.('node:crypto')
  if (crypto) return (await import('./token-in-node.ts')).encryptionOf(crypto)
  const loaded = await import('jsencrypt').catch(() => null)
  if (loaded === null) return null
  return (publicKey, text) => {
    const encryptor = new loaded.JSEncrypt()
    encryptor.setPublicKey(publicKey)
    return encryptor.encrypt(text) || null
  }
}

/** RFC 8017 §7.2.1: eleven bytes of the block are padding at least. Of a key that is none there is no room at all. */
function roomOf(base64: string | null): number {
  if (base64 === null) throw new TypeError('No key')
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4) - 11
}

/** jsencrypt writes a character of two UTF-16 units as two characters of UTF-8; as JSON may, they are spelt out instead. */
function asciiOutsideThePlane(json: string): string {
  return json.replace(/[\ud800-\udfff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`)
}

function refused(text: string): Encrypted {
  return { failure: { code: 'engine.invalid-options', text } }
}
