/** Which call takes the place of which (RFC 3891). */
import type { Party, Referral } from '../../machines/index.ts'
import { replacesTagsAreSwapped } from './jssip-session-defects.ts'
import type { Request, Session } from './jssip.ts'

const word = /^[\w.!%*+`'~()<>:\\"/[\]?{}@-]+$/
const token = /^[\w.!%*+`'~-]+$/

/** Whom to call, and in whose place. */
export interface ReferTarget {
  readonly target: string
  readonly replaces?: string
}

/** A Replaces field, written anew; null when it is none. What is in it was somebody else's to write. */
export function readReplaces(field: string): string | null {
  const [callId = '', ...parameters] = field.split(';').map((part) => part.trim())
  const valueOf = (name: string) => {
    const values = parameters.flatMap((parameter) => {
      const [key = '', value = ''] = parameter.split('=').map((part) => part.trim())
      return key.toLowerCase() === name ? [value] : []
    })
    return values.length === 1 && token.test(values[0] ?? '') ? values[0] : null
  }
  const [to, from] = [valueOf('to-tag'), valueOf('from-tag')]
  if (!word.test(callId) || to === null || from === null) return null
  const early = parameters.some((parameter) => parameter.toLowerCase() === 'early-only') ? ';early-only' : ''
  return `${callId};to-tag=${to};from-tag=${from}${early}`
}

/**
 * The peer of this call, as somebody else would call it to take our place. The tags are the peer’s view of the call
 * (RFC 3891 §3); it is called on the very device where that has an address of its own (RFC 5589 §7.1, RFC 5627).
 */
export function replacementFor(session: Session): ReferTarget {
  const { callId, localTag, remoteTag, remoteTarget, remoteUri } = replacesTagsAreSwapped(session)
  const isGruu = /;gr(=|;|$)/.test(remoteTarget)
  return {
    target: isGruu ? remoteTarget : remoteUri,
    replaces: `${callId};to-tag=${remoteTag};from-tag=${localTag}`
  }
}

/** Who had this request sent (RFC 3892), as far as it says so. */
export function referredByIn(request: Request): { referredBy?: Party } {
  const field = request.getHeader('referred-by') ?? request.getHeader('b')
  if (field === undefined) return {}
  const [, quoted, plain, bracketed] = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^"<]*?))\s*<([^<>\s]+)>/.exec(field) ?? []
  const address = bracketed ?? /^\s*(sips?:[^\s;,<>"]+)/i.exec(field)?.[1]
  if (address === undefined) return {}
  const displayName = (quoted ?? plain ?? '').replace(/\\(.)/g, '$1')
  return { referredBy: displayName === '' ? { address } : { address, displayName } }
}

/** What a call that somebody wanted says of that (RFC 3891, 3892). */
export function referralHeaders({ replaces, referredBy }: Referral): string[] {
  return [
    ...(replaces === undefined ? [] : [`Replaces: ${replaces}`]),
    ...(referredBy === undefined ? [] : [`Referred-By: <${referredBy.address}>`])
  ]
}
