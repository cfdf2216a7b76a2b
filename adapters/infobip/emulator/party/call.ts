/** A call between a client and a scripted party, as the party has it. The party speaks as a client would. */
import { BehaviorSubject, filter, firstValueFrom } from 'rxjs'
import { directionOf, receives, sends } from '../../../../src/testing/directions.ts'
import type { Direction } from '../../../../src/testing/directions.ts'
import type { EmulatedCallState } from '../../../../src/testing/emulator.ts'
import type { PartyMedia } from '../../../../src/testing/party-media.ts'
import type { Answer, Candidate, GatewayEvent } from '../../wire.ts'
import type { Exchange, InCall, Seat } from '../exchange.ts'
import { statusFor, statusOf } from '../statuses.ts'
import type { InfobipEmulatedCall } from '../types.ts'
import { trickle } from './trickle.ts'

/** A call and its ends that face the gateway. */
export interface PartyCall {
  readonly call: InfobipEmulatedCall
  receive(event: GatewayEvent): void
  digits(digits: string): void
  /** Stops everything without a word. */
  dispose(): void
}

export interface PartyCallOptions {
  readonly id: string
  readonly client: string
  readonly party: string
  readonly seat: Seat
  readonly exchange: Exchange
  readonly media: PartyMedia
  /** The client's offer; null in a call that the party placed. */
  readonly offer: string | null
  readonly customData: unknown
  readonly onEnded: () => void
}

const ORDER: readonly EmulatedCallState[] = ['offered', 'ringing', 'established', 'ended']

export function openCall(options: PartyCallOptions): PartyCall {
  const { id, client, party, seat, exchange, media, offer } = options
  const state$ = new BehaviorSubject<EmulatedCallState>('offered')
  let answered = offer === null
  let early: Promise<Answer> | null = null
  let reoffering: { resolve: (sdp: string) => void; reject: (cause: Error) => void } | null = null
  let mine: Direction = 'sendrecv'
  let held = false
  let muted = false
  let silent = false
  let digits = ''

  const moveTo = (state: EmulatedCallState): void => {
    if (ORDER.indexOf(state) > ORDER.indexOf(state$.value)) state$.next(state)
  }
  function end(): void {
    if (state$.value === 'ended') return
    moveTo('ended')
    state$.complete()
    media.close()
    reoffering?.reject(new Error('The call ended before the offer was answered'))
    options.onEnded()
  }
  /** As everything between the parties and the gateway: with the next immediate, one after the other. */
  async function act(what: () => string | null): Promise<void> {
    await settled()
    const fault = what()
    if (fault) throw new Error(`Not now: ${fault}`)
  }
  const say = (action: InCall): Promise<void> => act(() => exchange.receive(seat, action))
  const tell = (candidates: readonly Candidate[]): Promise<unknown> =>
    Promise.all(candidates.map((ice) => say({ action: 'ice_candidate', callId: id, ice })))
  const standing = (): void => {
    if (state$.value !== 'established') throw new Error(`The call is not established but ${state$.value}`)
  }
  const unanswered = (): string => {
    if (offer === null) throw new Error('The party placed this call itself')
    if (answered || state$.value === 'ended') throw new Error('The call is answered or over')
    return offer
  }

  /** The party's answer, its candidates following it. */
  async function describe(to: string): Promise<{ description: Answer; candidates: readonly Candidate[] }> {
    const { sdp, candidates } = trickle(await media.answer(to, mine))
    return { description: { type: 'answer', sdp }, candidates }
  }

  async function accept(description: Answer, candidates: readonly Candidate[]): Promise<void> {
    unanswered()
    answered = true
    await say({ action: 'call_response', callId: id, status: 'accept', description })
    moveTo('established')
    await tell(candidates)
  }

  async function answerUpdate(sdp: string): Promise<void> {
    held = !receives(directionOf(sdp))
    const { description, candidates } = await describe(sdp)
    await say({ action: 'update_call', callId: id, description })
    await tell(candidates)
  }

  async function reoffer(direction: Direction): Promise<Direction> {
    standing()
    if (reoffering) throw new Error('The party has an offer open')
    const { sdp, candidates } = trickle(await media.offer(direction))
    const answer = new Promise<string>((resolve, reject) => {
      reoffering = { resolve, reject }
    })
    answer.catch(() => undefined)
    try {
      await say({ action: 'update_call', callId: id, description: { type: 'offer', sdp } })
      await tell(candidates)
      const theirs = await answer
      await media.accept(theirs)
      mine = direction
      if (sends(direction)) held = !receives(directionOf(theirs))
      return directionOf(theirs)
    } catch (error) {
      await media.rollback()
      throw error
    } finally {
      reoffering = null
    }
  }

  const hangup = (): Promise<void> => say({ action: 'hangup', callId: id }).then(settled)
  /** What the client described cannot be taken: a client of theirs hangs up then (§7.7). */
  const giveUp = (): void => void hangup().catch(() => undefined)

  const call: InfobipEmulatedCall = {
    id,
    client,
    party,
    customData: options.customData,
    get state() {
      return state$.value
    },
    state$: state$.asObservable(),
    get digits() {
      return digits
    },
    get held() {
      return held
    },
    get muted() {
      return muted
    },
    async ring({ earlyMedia = false } = {}) {
      const to = unanswered()
      if (!earlyMedia) await act(() => exchange.ring(seat, id))
      else {
        const { description, candidates } = await describe(to)
        early = Promise.resolve(description)
        await act(() => exchange.ring(seat, id, description))
        await tell(candidates)
      }
      moveTo('ringing')
    },
    async answer() {
      const to = unanswered()
      if (early) return accept(await early, [])
      try {
        const { description, candidates } = await describe(to)
        await accept(description, candidates)
      } catch (cause) {
        if (answered) throw cause
        await say({ action: 'call_response', callId: id, status: 'decline', code: 480 }).catch(() => undefined)
        end()
        throw new Error('The party cannot take the offer of the client', { cause })
      }
    },
    async answerBroken(sdp) {
      await accept({ type: 'answer', sdp }, [])
    },
    async reject(reason, code) {
      unanswered()
      await act(() => exchange.end(seat, id, statusFor(reason, code))).then(settled)
    },
    fail: (code) => act(() => exchange.end(seat, id, statusOf(code), 'call-error')).then(settled),
    async hangup() {
      if (state$.value !== 'ended') await hangup()
    },
    async hold() {
      await reoffer('sendonly')
    },
    async resume() {
      await reoffer('sendrecv')
    },
    reoffer,
    async sendDigits() {
      throw new Error('The protocol has no message that brings digits to a client')
    },
    async reaches(state) {
      const isReached = (each: EmulatedCallState) => ORDER.indexOf(each) >= ORDER.indexOf(state)
      const now = await firstValueFrom(state$.pipe(filter(isReached)), { defaultValue: 'ended' })
      if (now === 'ended' && state !== 'ended') throw new Error(`The call ended before it was ${state}`)
    },
    silentOffers() {
      silent = true
    },
    acceptOffers() {
      silent = false
    },
    media: () => media.count()
  }

  return {
    call,
    receive(event) {
      switch (event.event) {
        case 'ringing':
          return moveTo('ringing')
        case 'trickle_ice':
          return media.candidate('completed' in event.candidate ? null : (event.candidate as RTCIceCandidateInit))
        case 'call_response':
          if (reoffering) return reoffering.resolve(event.description.sdp)
          media.accept(event.description.sdp).then(() => moveTo('established'), giveUp)
          return
        case 'updating_call':
          if (!silent) answerUpdate(event.description.sdp).catch(giveUp)
          return
        case 'info':
          if (event.type === 'USER_MUTED' || event.type === 'USER_UNMUTED') muted = event.type === 'USER_MUTED'
          return
        case 'hangup':
        case 'call-error':
          return end()
        case 'registered':
        case 'registration_failed':
        case 'heartbeat':
        case 'heartbeat_resp':
        case 'call':
        case 'call_accepted':
        case 'updated_call':
        case 'call_reconnected':
      }
    },
    digits(more) {
      digits += more
    },
    dispose: end
  }
}

/** A message reaches the gateway, and through it the wire, with the next immediate. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
