/** A call that a party places to a user, and that rings on every device of hers: 505, 506 and 508. */
import type { PartyMedia } from '../../../../src/testing/party-media.ts'
import * as service from '../../packets/services.ts'
import type { ClientBody } from '../../packets.ts'
import { callinMeaning, deviceMeaning, isEnd } from '../../statuses.ts'
import type { Connection } from '../listener.ts'
import type { AzstackEmulatedCall, Verdict } from '../types.ts'
import { isComplete } from './call.ts'
import type { CallRecord } from './call.ts'

export interface Callin {
  readonly call: AzstackEmulatedCall
  /** What a device says. */
  receive(body: ClientBody<506>, from: Connection): Verdict
}

/** `callType` is echoed by clients and means nothing else. */
export interface CallinStart {
  readonly callId: number
  readonly callType: number
  readonly from: string
  readonly to: string
}

export interface CallinOptions {
  readonly start: CallinStart
  readonly record: CallRecord
  readonly media: PartyMedia
  /** To the device that answered, or to all of them. */
  readonly send: (packet: { readonly service: 506; readonly body: { callId: number; code: number } }) => void
  /** To all devices but this one. */
  readonly tellOthers: (device: Connection, packet: { service: 508; body: { callId: number; code: number } }) => void
  readonly onAnswered: (device: Connection) => void
  readonly onFault: (fault: string) => void
}

const GIVEN_UP = 702
const HUNG_UP = 700

export function openCallin(options: CallinOptions): Callin {
  const { start, record, media, send, tellOthers, onAnswered, onFault } = options
  const { callId } = start
  let answering: Connection | null = null

  const tell = (code: number): void => send({ service: service.callinStatus, body: { callId, code } })
  const unable = async (): Promise<void> => {
    throw new Error('The party placed this call itself')
  }

  const take = (answer: string, from: Connection): void => {
    answering = from
    onAnswered(from)
    media.accept(answer).then(
      () => record.moveTo('established'),
      (cause: unknown) => {
        onFault(`The party cannot take the answer: ${String(cause)}`)
        if (record.state === 'ended') return
        tell(HUNG_UP)
        record.end('media')
      }
    )
  }

  return {
    call: record.steeredBy({
      direction: 'callin',
      ring: unable,
      answer: unable,
      answerBroken: unable,
      reject: unable,
      async hangup() {
        if (record.state === 'ended') return
        tell(answering ? HUNG_UP : GIVEN_UP)
        record.end(answering ? 'hangup' : 'cancelled')
      },
      async status(code) {
        tell(code)
        const meaning = callinMeaning(code)
        if (isEnd(meaning)) record.end(meaning)
      }
    }),
    receive({ code, callType, destination, phonenumber, sdp_candidate: sdp = '' }, from) {
      if (callType !== start.callType || destination !== start.from || phonenumber !== start.to) return 'Another Call'
      const meaning = deviceMeaning(code)
      if (!meaning) return `Unknown Code ${code}`
      const isAnswer = meaning === 'established'
      if (answering?.open && (isAnswer || answering !== from)) return 'Answered Already'
      if (answering && !isEnd(meaning)) return 'Answered Already'
      if (isAnswer && !isComplete(sdp)) return 'Incomplete sdp_candidate'

      return () => {
        tellOthers(from, { service: service.callinStatusElsewhere, body: { callId, code } })
        if (isEnd(meaning)) record.end(answering ? 'hangup' : meaning)
        else if (isAnswer) take(sdp, from)
        else record.moveTo('ringing')
      }
    }
  }
}
