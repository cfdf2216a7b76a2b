/** The telephones of scripted parties, and every paid call between them and users. */
import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import type { EndReason } from '../../../../machines/index.ts'
import type { PartyScript } from '../../../../src/testing/emulator.ts'
import { play } from '../../../../src/testing/frame.ts'
import { createPartyMedia } from '../../../../src/testing/party-media.ts'
import type { MediaLoader, PartyMedia } from '../../../../src/testing/party-media.ts'
import * as service from '../../packets/services.ts'
import type { ClientBody, ClientPacket, ServerPacket } from '../../packets.ts'
import { calloutCodes, chargingFor, chargingMeaning } from '../../statuses.ts'
import type { Charging } from '../../statuses.ts'
import type { Connection } from '../listener.ts'
import type { Logs, PaidCall } from '../logs.ts'
import type { Timers } from '../timers.ts'
import type { AzstackEmulatedCall, Verdict } from '../types.ts'
import { createCallRecord } from './call.ts'
import { openCallin } from './callin.ts'
import type { Callin } from './callin.ts'
import { openCallout } from './callout.ts'
import type { Callout } from './callout.ts'

export type PaidPacket = Extract<ClientPacket, { service: 500 | 501 | 502 | 506 }>

export interface Stage {
  readonly calls$: Observable<AzstackEmulatedCall>
  cast(number: string, script: PartyScript | null): void
  isParty(number: string): boolean
  receive(packet: PaidPacket, connection: Connection, user: string): Verdict
  place(user: string, from: string): Promise<AzstackEmulatedCall>
  /** The last connection of this user is gone for good. */
  abandoned(user: string): void
  stop(): void
}

export interface StageOptions {
  readonly timers: Timers
  readonly noAnswer: number
  readonly loadMedia: MediaLoader
  readonly logs: Logs
  readonly connectionsOf: (user: string) => readonly Connection[]
  readonly numberOf: (user: string) => string
  readonly userIdOf: (user: string) => number
  readonly send: (connection: Connection, packet: ServerPacket) => void
  readonly onFault: (user: string, fault: string) => void
}

interface StandingCall {
  readonly user: string
  /** The connection it is on; null while it rings on all of them. */
  connection: Connection | null
  readonly leg: { readonly out: Callout } | { readonly in: Callin }
  end(reason: EndReason): void
}

const MOST_CALLS_PER_USER = 20
const FIRST_CALL_ID = 900_000_001
const CALL_TYPE = 2

export function createStage(options: StageOptions): Stage {
  const { timers, noAnswer, loadMedia, logs, connectionsOf, numberOf, userIdOf, send, onFault } = options
  const scripts = new Map<string, PartyScript | null>()
  const calls = new Map<string, StandingCall>()
  const calls$ = new Subject<AzstackEmulatedCall>()
  let nextCallId = FIRST_CALL_ID
  let open = true

  const keyOf = (user: string, callId: number | string): string => JSON.stringify([user, callId])
  const countOf = (user: string): number => [...calls.values()].filter((each) => each.user === user).length
  /** Where its user hears of a call: on the connection it is on, and when that is gone wherever she is now. */
  const reach = (call: StandingCall | undefined, user: string, packet: ServerPacket): void => {
    const here = call?.connection?.open ? [call.connection] : connectionsOf(user)
    here.forEach((connection) => send(connection, packet))
  }

  type Paid = Pick<PaidCall, 'user' | 'callId' | 'direction' | 'from' | 'to' | 'tags'>
  const createRecord = (
    paid: Paid,
    party: string,
    media: PartyMedia,
    isLogged: () => boolean,
    onNoAnswer: () => void
  ) => {
    const { user, callId } = paid
    const startedAt = Date.now()
    return createCallRecord({
      id: String(callId),
      client: user,
      party,
      media,
      timers,
      noAnswer,
      onNoAnswer,
      onEnded(end) {
        calls.delete(keyOf(user, callId))
        if (!open || !isLogged()) return
        const log = logs.add({ ...paid, ...end, userId: userIdOf(user), startedAt })
        connectionsOf(user).forEach((connection) => send(connection, log))
      }
    })
  }

  function start(body: ClientBody<500>, connection: Connection, user: string): void {
    const { callId, to, from, tags } = body
    const script = scripts.get(to) ?? null
    const refusal = refusalIn(script)
    const media = createPartyMedia(loadMedia)
    const paid: Paid = { user, callId, direction: 'callout', from: from ?? numberOf(user), to, tags }
    const record = createRecord(
      paid,
      to,
      media,
      () => refusal === null,
      () => steer(callout.call.status(calloutCodes['no-answer']))
    )
    const callout = openCallout({
      start: body,
      record,
      media,
      isPrompt: script?.do !== 'silence',
      send: (packet) => reach(standing, user, packet),
      onFault: (fault) => onFault(user, fault)
    })
    const standing: StandingCall = { user, connection, leg: { out: callout }, end: record.end }
    calls.set(keyOf(user, callId), standing)
    calls$.next(callout.call)
    if (refusal) return callout.refuse(refusal.charging, refusal.reason)
    callout.accept()
    steer(play(script, callout.call, (...wait) => timers.after(...wait)))
  }

  return {
    calls$: calls$.asObservable(),
    cast: (number, script) => void scripts.set(number, script),
    isParty: (number) => scripts.has(number),

    receive(packet, connection, user) {
      const standing = calls.get(keyOf(user, packet.body.callId))
      if (packet.service === service.calloutStart) {
        const { callId, to } = packet.body
        if (standing) return 'Call Exists'
        if (countOf(user) >= MOST_CALLS_PER_USER) return 'Too Many Calls'
        if (scripts.has(to)) return () => start(packet.body, connection, user)
        const charging = chargingFor('invalid-number') ?? {}
        return () => send(connection, { service: service.calloutCharging, body: { callId, ...charging } })
      }
      if (!standing) return 'No Such Call'
      if (packet.service === service.callinStatus) {
        return 'in' in standing.leg ? standing.leg.in.receive(packet.body, connection) : 'No Such Call'
      }
      if (!('out' in standing.leg)) return 'No Such Call'
      if (standing.connection !== connection && standing.connection?.open) return 'Call Of Another Device'
      const { out } = standing.leg
      return packet.service === service.calloutOffer ? out.offered(packet.body) : out.stopped(packet.body)
    },

    async place(user, from) {
      const media = createPartyMedia(loadMedia)
      const offer = await media.offer('sendrecv')
      const devices = connectionsOf(user)
      if (devices.length === 0) {
        media.close()
        throw new Error(`Nobody rings: ${user} is not connected`)
      }
      const callId = nextCallId++
      const opening = { callId, callType: CALL_TYPE, from, to: numberOf(user) }
      const paid: Paid = { user, callId, direction: 'callin', from, to: opening.to }
      const record = createRecord(
        paid,
        from,
        media,
        () => true,
        () => steer(callin.call.hangup())
      )
      const callin = openCallin({
        start: opening,
        record,
        media,
        send: (packet) => reach(standing, user, packet),
        tellOthers: (device, packet) =>
          connectionsOf(user)
            .filter((each) => each !== device)
            .forEach((each) => send(each, packet)),
        onAnswered(device) {
          standing.connection = device
        },
        onFault: (fault) => onFault(user, fault)
      })
      const standing: StandingCall = { user, connection: null, leg: { in: callin }, end: record.end }
      calls.set(keyOf(user, callId), standing)
      const packet = { service: service.callinStart, body: { ...opening, sdp_candidate: offer } } as const
      devices.forEach((device) => send(device, packet))
      return callin.call
    },

    abandoned: (user) =>
      [...calls.values()].filter((each) => each.user === user).forEach((each) => each.end('network')),
    stop() {
      open = false
      ;[...calls.values()].forEach((each) => each.end('network'))
      calls$.complete()
    }
  }
}

interface Refusal {
  readonly charging: Charging
  readonly reason: EndReason
}

/** A negative code, or a reason that is known before anything rings, refuses the call at once (610). */
function refusalIn(script: PartyScript | null): Refusal | null {
  if (script?.do !== 'reject') return null
  const { code, reason } = script
  if (code !== undefined && code > 0) return null
  if (code !== undefined) {
    const charging = code === BAD_CALLER ? { status: 404 } : { status: 402, chargingError: code }
    return { charging, reason: chargingMeaning(charging) ?? 'error' }
  }
  const charging = reason === 'busy' ? null : chargingFor(reason)
  return charging && { charging, reason }
}

/** -6, in the vendor's last version, is a number we may not call from. */
const BAD_CALLER = -6

function steer(steering: Promise<void>): void {
  steering.catch(() => undefined)
}
