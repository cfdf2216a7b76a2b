import { Subject } from 'rxjs'
import type { Leg, LegCommand, LegEvent, Transport, TransportCommand, TransportEvent } from '../../machines/index.ts'

/** A provider that says yes to everything at once: what is measured is then the engine and the charts alone. */
export function willingTransport(): Transport {
  const events = new Subject<TransportEvent>()
  return {
    capabilities: {
      registration: false,
      hold: true,
      renegotiate: true,
      video: false,
      dtmf: ['info'],
      recording: [],
      blindTransfer: false,
      attendedTransfer: false
    },
    events,
    send(command: TransportCommand) {
      if (command.type === 'connect')
        events.next({ type: 'transport.opened', attempt: command.attempt, identity: 'bench' })
    },
    check: () => null,
    leg: willingLeg,
    dispose() {}
  }
}

function willingLeg(): Leg {
  const events = new Subject<LegEvent>()
  return {
    events,
    remoteStream: null,
    attach() {},
    measure: () => Promise.resolve(null),
    send(command: LegCommand) {
      const answer = answerTo(command)
      for (const event of answer) events.next(event)
    },
    dispose() {}
  }
}

function answerTo(command: LegCommand): readonly LegEvent[] {
  if (command.type === 'dial')
    return [{ type: 'leg.ringing', earlyMedia: false }, { type: 'leg.path.connected' }, { type: 'leg.answered' }]
  if (command.type === 'offer')
    return [{ type: 'leg.offer.accepted', attempt: command.attempt, granted: command.terms, peerHolds: false }]
  if (command.type === 'hangup') return [{ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } }]
  return []
}
