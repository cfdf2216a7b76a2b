/** Digits in INFO: `application/dtmf-relay`, as JsSIP and most phones send them, and the older `application/dtmf`. */
import { headerOf } from '../message.ts'
import type { Header, SipRequest } from '../message.ts'

const DURATION = 160

/** The digit the request carries, or nothing. */
export function digitIn(request: SipRequest): string {
  const type = headerOf(request, 'Content-Type')?.toLowerCase() ?? ''
  const digit = type.startsWith('application/dtmf-relay')
    ? /^Signal[ \t]*=[ \t]*([0-9A-D*#])/im.exec(request.body)
    : type.startsWith('application/dtmf')
      ? /^\s*([0-9A-D*#])\s*$/i.exec(request.body)
      : null
  return digit?.[1]?.toUpperCase() ?? ''
}

export function relay(digit: string): { headers: Header[]; body: string } {
  return {
    headers: [{ name: 'Content-Type', value: 'application/dtmf-relay' }],
    body: `Signal=${digit}\r\nDuration=${DURATION}\r\n`
  }
}
