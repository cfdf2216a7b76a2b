/** Where the scripted parties stand: clients without a connection, and phones. */
import { randomUUID } from 'node:crypto'
import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import type { PartyScript } from '../../../../src/testing/emulator.ts'
import { play } from '../../../../src/testing/frame.ts'
import { createPartyMedia } from '../../../../src/testing/party-media.ts'
import type { MediaLoader } from '../../../../src/testing/party-media.ts'
import type { GatewayEvent } from '../../wire.ts'
import type { Exchange, Seat } from '../exchange.ts'
import type { CallFrom, InfobipEmulatedCall } from '../types.ts'
import { openCall } from './call.ts'
import type { PartyCall } from './call.ts'
import { trickle } from './trickle.ts'

export interface Stage {
  readonly calls$: Observable<InfobipEmulatedCall>
  cast(user: string, script: PartyScript | null): void
  isParty(user: string): boolean
  /** A party takes any number of calls, each in a seat of its own. */
  seat(party: string): Seat
  place(user: string, from: string, options: CallFrom): Promise<InfobipEmulatedCall>
  stop(): void
}

export interface StageOptions {
  readonly loadMedia: MediaLoader
  readonly exchange: () => Exchange
}

export function createStage({ loadMedia, exchange }: StageOptions): Stage {
  const scripts = new Map<string, PartyScript | null>()
  const calls = new Set<PartyCall>()
  const timers = new Set<NodeJS.Timeout>()
  const calls$ = new Subject<InfobipEmulatedCall>()
  const later = (milliseconds: number, act: () => void) => void timers.add(setTimeout(act, milliseconds))
  let open = true

  function createSeat(party: string, displayName: string | null): Seat & { call: PartyCall | null } {
    const seat: Seat & { call: PartyCall | null } = {
      user: party,
      displayName,
      ringsAtOnce: false,
      resumes: false,
      call: null,
      // As a network would: one message after the other, each once everything about the last one is settled.
      send: (event) =>
        void setImmediate(() => {
          if (!open) return
          if (event.event === 'call') called(seat, event)
          else seat.call?.receive(event)
        }),
      digits: (digits) => seat.call?.digits(digits)
    }
    return seat
  }

  function called(seat: Seat & { call: PartyCall | null }, event: GatewayEvent & { event: 'call' }): void {
    const { callId: id, caller, description, customData = {} } = event
    const call = join(seat, { id, client: caller.identity, offer: description.sdp, customData })
    calls$.next(call)
    play(scripts.get(seat.user) ?? null, call, later).catch(() => undefined)
  }

  function join(
    seat: Seat & { call: PartyCall | null },
    opening: { id: string; client: string; offer: string | null; customData: unknown },
    media = createPartyMedia(loadMedia)
  ): InfobipEmulatedCall {
    const made = openCall({
      ...opening,
      party: seat.user,
      seat,
      exchange: exchange(),
      media,
      onEnded: () => calls.delete(made)
    })
    calls.add(made)
    seat.call = made
    return made.call
  }

  return {
    calls$: calls$.asObservable(),
    cast: (user, script) => void scripts.set(numberOf(user), script),
    isParty: (user) => scripts.has(numberOf(user)),
    seat: (party) => createSeat(numberOf(party), null),
    async place(user, from, { displayName, customData, recording }) {
      const seat = createSeat(from, displayName ?? null)
      const media = createPartyMedia(loadMedia)
      const { sdp, candidates } = trickle(await media.offer('sendrecv'))
      const id = randomUUID()
      const call = join(seat, { id, client: user, offer: null, customData }, media)
      const description = { type: 'offer', sdp } as const
      const fault = exchange().place(seat, {
        action: 'call',
        callId: id,
        correlationId: randomUUID(),
        destination: user,
        description,
        ...(customData !== undefined && { customData }),
        ...(recording !== undefined && { recording })
      })
      if (fault) throw new Error(`Nobody rings: ${fault}`)
      candidates.forEach((ice) => exchange().receive(seat, { action: 'ice_candidate', callId: id, ice }))
      return call
    },
    stop() {
      open = false
      timers.forEach((timer) => clearTimeout(timer))
      ;[...calls].forEach((call) => call.dispose())
      calls$.complete()
    }
  }
}

/** A phone is the same with and without the plus of its number. */
export function numberOf(user: string): string {
  return /^\+\d+$/.test(user) ? user.slice(1) : user
}
