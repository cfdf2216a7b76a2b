/** The token is a JWT made by the application's own server. We read what it claims and keep it out of everything else. */
import * as v from 'valibot'
import { maybeText, text } from './parts.ts'

/** What the token says of its user. Not the token: this may be shown. */
export interface Claims {
  readonly identity: string
  readonly displayName: string | null
  /** The data centre of the account; null for the default one. */
  readonly location: string | null
  /** Seconds since the epoch; null when it says nothing. */
  readonly expires: number | null
}

export interface DeviceInfo {
  readonly sdk: { readonly type: string; readonly version: string }
  readonly device?: {
    readonly browser?: Readonly<Record<string, string>>
    readonly os?: Readonly<Record<string, string>>
  }
}

const claims = v.object({
  identity: text,
  name: maybeText,
  location: maybeText,
  exp: v.nullish(v.number())
})

const DEFAULT_HOST = 'portunus.infobip.com'
/** RFC 7230 §3.2.6: what a subprotocol may be named. A browser's error about any other would carry the token. */
const SUBPROTOCOL = /^[\w!#$%&'*+.^`|~-]+$/

/** Null for what is no JWT of theirs: the opaque tokens of old, whose identity only `registered` tells. */
export function readToken(token: string): Claims | null {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) return null
  const { success, output } = v.safeParse(claims, decodeJson(payload))
  if (!success) return null
  const { identity, name, location, exp } = output
  return { identity, displayName: name || null, location: location || null, expires: exp ?? null }
}

/** Whether the token can be sent at all. */
export function isSendable(token: unknown): token is string {
  return typeof token === 'string' && SUBPROTOCOL.test(token)
}

/**
 * Where to connect: `url` when given, as a host or in full, otherwise where the token's location says. A location that
 * is no plain word is passed over, for it would send the token to whoever wrote it.
 */
export function gatewayUrl(location: string | null, url?: string): string {
  const gateway = url || gatewayHost(location)
  return /^wss?:\/\//i.test(gateway) ? gateway : `wss://${gateway}`
}

function gatewayHost(location: string | null): string {
  if (!location || !/^[a-z0-9-]+$/i.test(location)) return DEFAULT_HOST
  return location === 'io' ? 'portunus.ioinfobip.com' : `portunus-${location}.infobip.com`
}

/** The token, then what we run on: the gateway selects one of them. */
export function subprotocols(token: string, device: DeviceInfo): [string, string] {
  return [token, encode(JSON.stringify(device))]
}

/** The object in base64url, or null. */
export function decodeJson(encoded: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(encoded.replace(/-/g, '+').replace(/_/g, '/')), (byte) => byte.charCodeAt(0))
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}

/** base64url without padding (RFC 4648 §5). */
function encode(json: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(json))
  return btoa(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
