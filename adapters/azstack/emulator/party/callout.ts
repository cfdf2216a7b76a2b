/** A call that a client places to a party: 500 to 504 and 610. */
import type { EndReason, RejectReason } from '../../../../machines/index.ts'
import type { PartyMedia } from '../../../../src/testing/party-media.ts'
import * as service from '../../packets/services.ts'
import type { ClientBody } from '../../packets.ts'
import { calloutCodes, calloutMeaning, isEnd } from '../../statuses.ts'
import type { Charging } from '../../statuses.ts'
import type { AzstackEmulatedCall, Verdict } from '../types.ts'
import { isComplete } from './call.ts'
import type { CallRecord } from './call.ts'

export interface Callout {
  readonly call: AzstackEmulatedCall
  /** It may not even be placed. */
  refuse(charging: Charging, reason: EndReason): void
  /** It may: the client shall make its offer. */
  accept(): void
  offered(body: ClientBody<501>): Verdict
  stopped(body: ClientBody<502>): Verdict
}

export interface CalloutOptions {
  readonly start: ClientBody<500>
  readonly record: CallRecord
  readonly media: PartyMedia
  readonly send: (
    packet:
      | { readonly service: 503; readonly body: { callId: number; code: number; sdp_candidate?: string } }
      | { readonly service: 504; readonly body: { callId: number } }
      | { readonly service: 610; readonly body: { callId: number } & Charging }
  ) => void
  /** The client is told at once that its call is on the way; false for a network that says nothing. */
  readonly isPrompt: boolean
  readonly onFault: (fault: string) => void
}

export function openCallout({ start, record, media, send, isPrompt, onFault }: CalloutOptions): Callout {
  const { callId, to } = start
  let offer: string | null = null
  let description: Promise<string> | null = null
  let arrive = (): void => undefined
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })

  const tell = (code: number, sdp: string | null = null): void => {
    send({ service: service.calloutStatus, body: { callId, code, ...(sdp !== null && { sdp_candidate: sdp }) } })
  }
  const endWith = (code: number, reason: EndReason): void => {
    tell(code)
    record.end(reason)
  }
  const assertUnanswered = (): void => {
    if (record.state === 'established' || record.state === 'ended') throw new Error('The call is answered or over')
  }
  /** No telephone is called before the client has made its offer. */
  const untilOffered = async (): Promise<string> => {
    assertUnanswered()
    await Promise.race([arrived, record.ended])
    assertUnanswered()
    return offer ?? ''
  }

  const call = record.steeredBy({
    direction: 'callout',
    async ring({ earlyMedia = false } = {}) {
      if (earlyMedia) throw new Error('AZStack has no early media')
      await untilOffered()
      tell(calloutCodes.ringing)
      record.moveTo('ringing')
    },
    async answer() {
      const sdp = await untilOffered()
      description ??= media.answer(sdp, 'sendrecv')
      const answer = await description.catch((cause: unknown) => {
        onFault(`The party cannot take the offer: ${String(cause)}`)
        if (record.state !== 'ended') endWith(calloutCodes.media, 'media')
        throw new Error('The party cannot take the offer of the client', { cause })
      })
      assertUnanswered()
      tell(calloutCodes.established, answer)
      record.moveTo('established')
    },
    async answerBroken(sdp) {
      await untilOffered()
      tell(calloutCodes.established, sdp)
      record.moveTo('established')
    },
    async reject(reason: RejectReason | EndReason, code = calloutCodes[reason]) {
      await untilOffered()
      endWith(code, reason)
    },
    async hangup() {
      if (record.state !== 'ended') endWith(calloutCodes.hangup, 'hangup')
    },
    async status(code) {
      tell(code)
      const meaning = calloutMeaning(code)
      if (isEnd(meaning)) record.end(meaning)
    }
  })

  return {
    call,
    refuse(charging, reason) {
      send({ service: service.calloutCharging, body: { callId, ...charging } })
      record.end(reason)
    },
    accept() {
      send({ service: service.calloutCharging, body: { callId, status: 100 } })
      send({ service: service.calloutAccepted, body: { callId } })
    },
    offered(body) {
      if (body.to !== to) return 'Another Number'
      if (offer !== null) return 'Offered Already'
      if (!isComplete(body.sdp_candidate)) return 'Incomplete sdp_candidate'
      return () => {
        offer = body.sdp_candidate
        arrive()
        if (isPrompt) tell(calloutCodes.connecting)
      }
    },
    stopped(body) {
      if (body.to !== to) return 'Another Number'
      return () => record.end(record.state === 'established' ? 'hangup' : 'cancelled')
    }
  }
}
