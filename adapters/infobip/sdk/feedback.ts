/** What users think of a call, reported as Infobip's clients did: over HTTP, beside the gateway. */
import type { InfobipOptions } from '../options.ts'

export interface Feedback {
  /** 1 is bad, 5 is good. */
  readonly score: 1 | 2 | 3 | 4 | 5
  readonly comment?: string
}

/** Reports it once; what cannot be reported is lost, as with theirs. */
export type Report = (callId: string, feedback: Feedback) => void

/** `statsUrl` is a host, or the URL that stands for it. */
export function reportsTo(statsUrl: string, token: InfobipOptions['token']): Report {
  const origin = /^https?:\/\//.test(statsUrl) ? statsUrl : `https://${statsUrl}`
  return (callId, { score, comment }) => {
    const data = { score, ...(comment !== undefined && { comment }) }
    const body = JSON.stringify({ logEvents: [{ event: 'call-feedback', callId, data, timestamp: Date.now() }] })
    void (async () => {
      const bearer = typeof token === 'string' ? token : await token()
      const headers = { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' }
      await fetch(new URL('/webrtc/1/log', origin), { method: 'POST', headers, body, keepalive: true })
    })().catch(() => {})
  }
}

/** Throws for a score there is not. */
export function checkFeedback({ score }: Feedback) {
  if (!Number.isInteger(score) || score < 1 || score > 5) throw new Error('The score has to be a number from 1 to 5.')
}
