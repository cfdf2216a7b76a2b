/** The calls of the gateway: who is called, what is passed on, and what both ends are told. */
import type { Answer, ClientAction, ClientActions, GatewayEvent, Placing, Status } from '../wire.ts'
import { fromSip, statusOf } from './statuses.ts'
import type { InfobipFault } from './types.ts'

/** One end of a call: a client's connection, or a party. */
export interface Seat {
  readonly user: string
  readonly displayName: string | null
  /** A client rings as soon as it is called, and never says so; a party rings when it likes. */
  readonly ringsAtOnce: boolean
  /** Its calls outlive its connection for a while. */
  readonly resumes: boolean
  send(event: GatewayEvent): void
  /** Digits that come as a message. */
  digits?(digits: string): void
}

/** Every method of which a fault comes back has dropped the message, or refused it on the wire. */
export interface Exchange {
  place(caller: Seat, placing: Placing): string | null
  /** Whatever belongs to a call that stands. */
  receive(seat: Seat, action: InCall): string | null
  ring(callee: Seat, callId: string, early?: Answer): string | null
  end(seat: Seat, callId: string, status: Status, as?: 'hangup' | 'call-error'): string | null
  /** The seat is empty: its calls end, or wait for it to come back. */
  leave(seat: Seat, mayReturn: boolean): void
  stop(): void
}

export type InCall = Exclude<ClientAction, Placing | { action: 'heartbeat' | 'heartbeat_resp' | 'destroy' }>

export interface ExchangeOptions {
  readonly find: (destination: string) => Seat | 'away' | 'unknown'
  readonly faultFor: (destination: string) => InfobipFault | null
  /** Milliseconds. */
  readonly noAnswer: number
  readonly resume: number
}

interface GatewayCall {
  readonly id: string
  caller: Seat
  callee: Seat
  state: 'ringing' | 'early' | 'answered'
  /** An offer in the call that is not answered yet, and by which event its answer arrives. */
  update: { readonly by: Seat; readonly answeredBy: 'call_response' | 'call_reconnected' } | null
  timer: NodeJS.Timeout
}

const LOST = 10_308

export function createExchange({ find, faultFor, noAnswer, resume }: ExchangeOptions): Exchange {
  const calls = new Map<string, GatewayCall>()

  const seatsOf = (call: GatewayCall): Seat[] => [call.caller, call.callee]
  const callsOf = (seat: Seat): GatewayCall[] => [...calls.values()].filter((call) => seatsOf(call).includes(seat))
  const callOf = (seat: Seat, id: string): GatewayCall | null => callsOf(seat).find((call) => call.id === id) ?? null
  const peerOf = (call: GatewayCall, seat: Seat): Seat => (call.caller === seat ? call.callee : call.caller)

  function finish(call: GatewayCall, status: Status, told = seatsOf(call), as: 'hangup' | 'call-error' = 'hangup') {
    calls.delete(call.id)
    clearTimeout(call.timer)
    told.forEach((seat) => seat.send({ event: as, callId: call.id, status }))
  }

  function place(caller: Seat, placing: Placing): string | null {
    const { callId, correlationId, description, from, customData = {}, recording = false } = placing
    const destination = placing.destination ?? 'dynamic'
    if (calls.has(callId)) return 'the callId is in use'
    const refuse = (id: number, as: 'hangup' | 'call-error' = 'hangup') =>
      caller.send({ event: as, callId, status: statusOf(id) })

    // Calls may cross on the wire. A client of theirs takes this for the end of the call it placed last.
    if (callsOf(caller).length > 0) {
      refuse(5002)
      return 'in a call already'
    }
    const fault = faultFor(destination)
    const callee = fault ? null : find(destination)
    if (fault) refuse(fault.id, fault.as)
    else if (callee === 'unknown') refuse(5404)
    else if (callee === 'away') refuse(5480)
    if (!callee || typeof callee === 'string') return null
    if (callee === caller || callsOf(callee).length > 0) {
      refuse(5002)
      return null
    }

    const call: GatewayCall = { id: callId, caller, callee, state: 'ringing', update: null, timer: ringing() }
    calls.set(callId, call)
    callee.send({
      event: 'call',
      callId,
      correlationId,
      caller: { identity: caller.user, displayName: from ?? caller.displayName },
      description,
      customData,
      // 1.x cannot accept without the object; 0.4.1 has what its caller said
      recording: recording === false ? { audio: false, video: false } : recording
    })
    if (callee.ringsAtOnce) caller.send({ event: 'ringing', callId })
    return null

    function ringing(): NodeJS.Timeout {
      return setTimeout(() => finish(call, statusOf(5003)), noAnswer)
    }
  }

  function answer(call: GatewayCall, seat: Seat, { callId, ...response }: ClientActions['call_response']) {
    if (seat !== call.callee) return 'the call is not incoming'
    if (call.state === 'answered') return 'the call is answered'
    if (response.status === 'decline') {
      if (response.code < 400 || response.code > 699) return 'code is not of a refusal'
      // Whose accepting failed has done with the call; a hangup could meet its next one.
      finish(call, statusOf(fromSip(response.code)), response.code === 480 ? [call.caller] : seatsOf(call))
      return null
    }
    clearTimeout(call.timer)
    const wasEarly = call.state === 'early'
    call.state = 'answered'
    if (wasEarly) call.caller.send({ event: 'call_accepted', callId })
    else call.caller.send({ event: 'call_response', callId, description: response.description, isEarlyMedia: false })
    return null
  }

  function update(call: GatewayCall, seat: Seat, { callId, description }: ClientActions['update_call']) {
    if (call.state !== 'answered') return 'the call is not answered'
    const peer = peerOf(call, seat)
    if (description.type === 'offer') {
      if (call.update) return 'another update is open'
      call.update = { by: seat, answeredBy: 'call_response' }
      peer.send({ event: 'updating_call', callId, description })
      return null
    }
    if (call.update?.by !== peer) return 'there is no update to answer'
    const { answeredBy } = call.update
    call.update = null
    if (answeredBy === 'call_response') {
      peer.send({ event: 'call_response', callId, description, isEarlyMedia: false })
    } else {
      peer.send({ event: 'call_reconnected', callId, description, callState: {} })
    }
    seat.send({ event: 'updated_call', callId })
    return null
  }

  function comeBack(seat: Seat, { callId, audioOffer }: ClientActions['reconnect_application_call']): string | null {
    const call = calls.get(callId)
    const empty = call && seatsOf(call).find((each) => each.user === seat.user && isEmpty(each))
    if (!call || !empty) {
      seat.send({ event: 'hangup', callId, status: statusOf(LOST) })
      return 'there is no such call to go on with'
    }
    clearTimeout(call.timer)
    const peer = peerOf(call, empty)
    if (call.caller === empty) call.caller = seat
    else call.callee = seat
    call.update = { by: seat, answeredBy: 'call_reconnected' }
    peer.send({ event: 'updating_call', callId, description: audioOffer })
    return null
  }

  return {
    place,
    receive(seat, action) {
      if (action.action === 'reconnect_application_call') return comeBack(seat, action)
      if (action.action === 'renegotiate_media') return null
      const call = callOf(seat, action.callId)
      if (!call) return 'there is no such call'
      const peer = peerOf(call, seat)
      const { callId } = action
      switch (action.action) {
        case 'ice_candidate':
          peer.send({ event: 'trickle_ice', callId, candidate: action.ice })
          return null
        case 'call_response':
          return answer(call, seat, action)
        case 'update_call':
          return update(call, seat, action)
        case 'hangup':
          finish(call, statusOf(0))
          return null
        case 'info':
          peer.send({ event: 'info', callId, type: action.type, content: action.content ?? {} })
          return null
        case 'dtmf_info':
          peer.digits?.(action.digit)
          return null
      }
    },
    ring(callee, callId, early) {
      const call = callOf(callee, callId)
      if (!call || call.state !== 'ringing') return 'the call does not ring'
      if (!early) call.caller.send({ event: 'ringing', callId })
      else {
        call.state = 'early'
        call.caller.send({ event: 'call_response', callId, description: early, isEarlyMedia: true })
      }
      return null
    },
    end(seat, callId, status, as = 'hangup') {
      const call = callOf(seat, callId)
      if (!call) return 'there is no such call'
      finish(call, status, seatsOf(call), as)
      return null
    },
    leave(seat, mayReturn) {
      for (const call of callsOf(seat)) {
        const peer = peerOf(call, seat)
        if (!mayReturn || !seat.resumes || call.state !== 'answered') finish(call, statusOf(0), [peer])
        else {
          const empty = emptySeat(seat)
          if (call.caller === seat) call.caller = empty
          else call.callee = empty
          call.update = null
          clearTimeout(call.timer)
          call.timer = setTimeout(() => finish(call, statusOf(5480), [peer]), resume)
        }
      }
    },
    stop() {
      calls.forEach(({ timer }) => clearTimeout(timer))
      calls.clear()
    }
  }
}

const empties = new WeakSet<Seat>()

/** Keeps the place of a client that may come back. */
function emptySeat({ user, displayName }: Seat): Seat {
  const seat = { user, displayName, ringsAtOnce: false, resumes: false, send: () => undefined }
  empties.add(seat)
  return seat
}

function isEmpty(seat: Seat): boolean {
  return empties.has(seat)
}
