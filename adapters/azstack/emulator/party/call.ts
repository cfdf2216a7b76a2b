/** What calls to and from a party have in common: their state, their end, and how they look to who steers them. */
import { BehaviorSubject, filter, firstValueFrom } from 'rxjs'
import type { EmulatedCall, EmulatedCallState } from '../../../../src/testing/emulator.ts'
import type { PartyMedia } from '../../../../src/testing/party-media.ts'
import type { EndReason } from '../../../../machines/index.ts'
import type { Timers } from '../timers.ts'
import type { AzstackEmulatedCall } from '../types.ts'

/** How a call is carried on, differently for those that clients place and those that parties place. */
export type Steering = Pick<
  AzstackEmulatedCall,
  'ring' | 'answer' | 'answerBroken' | 'reject' | 'hangup' | 'status' | 'direction'
>

export interface CallRecord {
  readonly state: EmulatedCallState
  /** States are only ever left for later ones. */
  moveTo(state: 'ringing' | 'established'): void
  /** Ends the call, once. */
  readonly end: (reason: EndReason) => void
  /** Resolves after the end. */
  readonly ended: Promise<void>
  steeredBy(steering: Steering): AzstackEmulatedCall
}

export interface CallRecordOptions {
  readonly id: string
  readonly client: string
  readonly party: string
  readonly media: PartyMedia
  readonly timers: Timers
  readonly noAnswer: number
  readonly onNoAnswer: () => void
  readonly onEnded: (end: { readonly reason: EndReason; readonly answered: boolean; readonly duration: number }) => void
}

const ORDER: readonly EmulatedCallState[] = ['offered', 'ringing', 'established', 'ended']

export function createCallRecord(options: CallRecordOptions): CallRecord {
  const { id, client, party, media, timers, onEnded } = options
  const state$ = new BehaviorSubject<EmulatedCallState>('offered')
  const stopWaiting = timers.after(options.noAnswer, options.onNoAnswer)
  let established: number | null = null
  let release = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    release = resolve
  })

  return {
    get state() {
      return state$.value
    },
    moveTo(state) {
      if (ORDER.indexOf(state) <= ORDER.indexOf(state$.value)) return
      if (state === 'established') {
        stopWaiting()
        established = Date.now()
      }
      state$.next(state)
    },
    end(reason) {
      if (state$.value === 'ended') return
      stopWaiting()
      state$.next('ended')
      state$.complete()
      media.close()
      release()
      const duration = established === null ? 0 : Math.round((Date.now() - established) / 1000)
      onEnded({ reason, answered: established !== null, duration })
    },
    ended,
    steeredBy: (steering) => ({
      ...steering,
      ...LACKING,
      id,
      client,
      party,
      get state() {
        return state$.value
      },
      state$: state$.asObservable(),
      media: () => media.count(),
      async reaches(state) {
        const isReached = (each: EmulatedCallState) => ORDER.indexOf(each) >= ORDER.indexOf(state)
        const now = await firstValueFrom(state$.pipe(filter(isReached)), { defaultValue: 'ended' })
        if (now === 'ended' && state !== 'ended') throw new Error(`The call ended before it was ${state}`)
      }
    })
  }
}

const lacking = (what: string) => async (): Promise<void> => {
  throw new Error(`AZStack has no ${what}`)
}

/** Nothing is renegotiated and there are no digits. */
const LACKING: Pick<EmulatedCall, 'digits' | 'held' | 'hold' | 'resume' | 'sendDigits'> = {
  digits: '',
  held: false,
  hold: lacking('hold'),
  resume: lacking('hold'),
  sendDigits: lacking('digits')
}

/** A description that is complete, as this service wants it: audio, and where to send it. */
export function isComplete(sdp: string): boolean {
  return /^v=0\r?\n/.test(sdp) && /^m=audio [1-9]/m.test(sdp) && /^a=candidate:/m.test(sdp)
}
