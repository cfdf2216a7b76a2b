import type { DialOptions } from '../../machines/index.ts'

/** Whom a target names: another user by identity, or a phone by number. */
export interface Destination {
  readonly kind: 'user' | 'phone'
  readonly name: string
}

const phone = /^(?:tel:)?\+\d+$|^tel:\d+$/
/** What tokens may say of their user; clients of 0.4.1 do not dial all of it. */
const identity = /^[\p{L}\p{N}._\-+=/]{3,64}$/u

/** `tel:41793026727` or `+41793026727` is a phone, anything else an identity. Null for what is neither. */
export function destinationOf(target: string): Destination | null {
  if (phone.test(target)) return { kind: 'phone', name: target.replace(/^tel:/, '') }
  return identity.test(target) ? { kind: 'user', name: target } : null
}

/** Calls it: a phone takes neither video nor data. */
export function wordsFor({ kind, name }: Destination, isVideo: boolean, { displayName, headers }: DialOptions) {
  const isPhone = kind === 'phone'
  return {
    action: isPhone ? ('pstn_call' as const) : isVideo ? ('video_call' as const) : ('call' as const),
    destination: name,
    ...(displayName && { from: displayName }),
    ...(headers && !isPhone && { customData: headers })
  }
}
