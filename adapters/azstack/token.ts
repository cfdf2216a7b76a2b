/**
 * What authenticates: the user's credentials, readable only to who has the application's private key (RSA, PKCS#1 v1.5,
 * one block). The only file that knows `jsencrypt`, an optional peer which is loaded when the first token is made.
 */
import type { JSEncrypt } from 'jsencrypt'
import type { Failure } from '../../machines/index.ts'
import type { Token } from './packets.ts'

export type Encrypted = { readonly token: string } | { readonly failure: Failure }

/** Encrypts what authenticates with the application's public key: bare base64 of its SPKI, or PEM. */
export async function createToken(publicKey: string, content: Token): Promise<Encrypted> {
  const jsEncrypt = await loadJsEncrypt()
  if (jsEncrypt === null) return refused('The optional peer jsencrypt is not installed')
  const text = asciiOutsideThePlane(JSON.stringify(content))
  const size = new TextEncoder().encode(text).length
  try {
    const encryptor = new jsEncrypt()
    // without one it would make a key of its own, which nobody has the other half of
    if (publicKey.trim() === '') return unusable
    encryptor.setPublicKey(publicKey)
    const room = roomOf(encryptor)
    // jsencrypt counts characters, not bytes, and says on the console, not to its caller, when it refuses
    if (size > room) return refused(`What authenticates is ${size} bytes long, and the key has room for ${room}`)
    const token = encryptor.encrypt(text)
    if (typeof token === 'string') return { token }
  } catch {
    // what it throws may show what it was given
  }
  return unusable
}

const unusable = refused('The public key cannot be used: give the base64 of an RSA public key (SPKI), or PEM')

/** RFC 8017 §7.2.1: eleven bytes of the block are padding at least. */
function roomOf(encryptor: JSEncrypt): number {
  const base64 = encryptor.encrypt('')
  if (typeof base64 !== 'string' || base64 === '') throw new TypeError('No key')
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4) - 11
}

/** jsencrypt writes a character of two UTF-16 units as two characters of UTF-8; as JSON may, they are spelt out instead. */
function asciiOutsideThePlane(json: string): string {
  return json.replace(/[\ud800-\udfff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`)
}

type JsEncryptClass = typeof JSEncrypt

async function loadJsEncrypt(): Promise<JsEncryptClass | null> {
  // Where there is a `window`, which others put into Node as well, it looks for what is random in `self`.
  const scope = globalThis as { window?: unknown; self?: unknown }
  const isHalfAPage = scope.window !== undefined && scope.self === undefined
  if (isHalfAPage) scope.self = globalThis
  try {
    return (await import('jsencrypt')).JSEncrypt
  } catch {
    return requireJsEncrypt()
  } finally {
    if (isHalfAPage) delete scope.self
  }
}

interface NodeProcess {
  getBuiltinModule?(id: 'node:module'): { createRequire(from: string): (id: string) => unknown } | undefined
}

/** Its ES modules import each other without file extensions, which Node refuses; the CommonJS build, which is the class, is fine. */
function requireJsEncrypt(): JsEncryptClass | null {
  const { process } = globalThis as { readonly process?: NodeProcess }
  try {
    const load = process?.getBuiltinModule?.('node:module')?.createRequire(import.meta.url)
    return (load?.('jsencrypt') as JsEncryptClass | undefined) ?? null
  } catch {
    return null
  }
}

function refused(text: string): Encrypted {
  return { failure: { code: 'engine.invalid-options', text } }
}
