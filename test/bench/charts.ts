import { createActor, fromCallback } from 'xstate'
import { callMachine, connectionMachine, defaultBackoff } from '../../machines/index.ts'
import type { CallEvent, LegCommand, MediaCommand } from '../../machines/index.ts'
import { ratePerSecond } from './measure.ts'
import type { Row } from './report.ts'

/** Events per second through the charts, against the floor: one reducer with a switch. */
export function charts(): Row[] {
  const reducer = ratePerSecond(reduceEvents)
  const connection = ratePerSecond(connectionEvents)
  const call = ratePerSecond(callEvents)
  return [
    { name: 'a reducer with a switch (the floor)', value: reducer, unit: 'events/s' },
    {
      name: 'connection chart',
      value: connection,
      unit: 'events/s',
      ratio: connection / reducer,
      of: 'floor',
      target: '≥ 100 000'
    },
    {
      name: 'call chart (mute, unmute, hold, resume)',
      value: call,
      unit: 'events/s',
      ratio: call / reducer,
      of: 'floor',
      target: '≥ 100 000'
    }
  ]
}

/** A drop and a reconnect, over and over; every wait is over at once. */
function connectionEvents(count: number) {
  let attempt = 0
  let report: (event: { type: string; attempt: number }) => void = () => {}
  const cause = { code: 'connection.lost', text: 'bench' }
  const opened = (of: number) => ({ type: 'transport.opened', attempt: of, identity: 'bench' })
  const closed = (of: number) => ({ type: 'transport.closed', attempt: of, permanent: false, cause })
  const machine = connectionMachine.provide({
    actors: {
      transport: fromCallback(({ sendBack, receive }) => {
        report = sendBack
        receive((command) => {
          if (command.type === 'connect') ({ attempt } = command)
        })
      })
    }
  })
  let last = 0
  const waits = new Map<number, () => void>()
  const clock = {
    setTimeout(over: () => void) {
      last += 1
      waits.set(last, over)
      return last
    },
    clearTimeout: (id: number) => void waits.delete(id)
  }
  const actor = createActor(machine, { input: { policy: { ...defaultBackoff, jitter: 'none' } }, clock })
  actor.start()
  actor.send({ type: 'connect' })
  report(opened(attempt))
  for (let sent = 0; sent < count; sent += 3) {
    report(closed(attempt))
    // what began last is the wait before the next try
    const over = waits.get(last)
    waits.delete(last)
    over?.()
    report(opened(attempt))
  }
  demand(actor.getSnapshot().matches('online') && attempt > count / 3, 'the connection to have come back every time')
  actor.stop()
}

/** What a user does in a call; every offer is accepted. */
function callEvents(count: number) {
  let report: (event: CallEvent) => void = () => {}
  let offer = 0
  const machine = callMachine.provide({
    actors: {
      leg: fromCallback<LegCommand, { call: string }>(({ sendBack, receive }) => {
        report = sendBack
        receive((command) => {
          if (command.type === 'offer') offer = command.attempt
        })
      }),
      media: fromCallback<MediaCommand, { call: string }>(({ sendBack, receive }) => {
        receive((command) => {
          if (command.type === 'acquire') sendBack({ type: 'media.ready', attempt: command.attempt })
        })
      })
    }
  })
  const clock = { setTimeout: () => 0, clearTimeout: () => {} }
  const capabilities = {
    registration: true,
    hold: true,
    renegotiate: true,
    video: false,
    dtmf: ['info'],
    recording: [],
    blindTransfer: false,
    attendedTransfer: false
  } as const
  const actor = createActor(machine, {
    input: { id: 'bench', direction: 'outgoing', remote: { address: 'sip:bob@example.test' }, capabilities },
    clock
  })
  actor.start()
  report({ type: 'leg.ringing', earlyMedia: false })
  report({ type: 'leg.answered' })
  for (let sent = 0; sent < count; sent += 6) {
    actor.send({ type: 'mute' })
    actor.send({ type: 'unmute' })
    actor.send({ type: 'hold' })
    report({
      type: 'leg.offer.accepted',
      attempt: offer,
      granted: { hold: true, video: 'off', restarts: 0 },
      peerHolds: false
    })
    actor.send({ type: 'resume' })
    report({
      type: 'leg.offer.accepted',
      attempt: offer,
      granted: { hold: false, video: 'off', restarts: 0 },
      peerHolds: false
    })
  }
  demand(actor.getSnapshot().context.attempts.offer >= count / 3, 'every hold to have been offered')
  actor.stop()
}

/** A chart that ignores what it is sent is fast. */
function demand(isSo: boolean, what: string) {
  if (!isSo) throw new Error(`The benchmark expected ${what}`)
}

interface Reduced {
  readonly muted: boolean
  readonly hold: 'active' | 'holding' | 'held' | 'resuming'
  readonly seen: number
}

function reduce(state: Reduced, event: { readonly type: string }): Reduced {
  switch (event.type) {
    case 'mute':
      return { ...state, muted: true, seen: state.seen + 1 }
    case 'unmute':
      return { ...state, muted: false, seen: state.seen + 1 }
    case 'hold':
      return { ...state, hold: 'holding', seen: state.seen + 1 }
    case 'resume':
      return { ...state, hold: 'resuming', seen: state.seen + 1 }
    case 'accepted':
      return { ...state, hold: state.hold === 'holding' ? 'held' : 'active', seen: state.seen + 1 }
    default:
      return state
  }
}

function reduceEvents(count: number) {
  const script = ['mute', 'unmute', 'hold', 'accepted', 'resume', 'accepted'].map((type) => ({ type }))
  let state: Reduced = { muted: false, hold: 'active', seen: 0 }
  for (let sent = 0; sent < count; sent++) state = reduce(state, script[sent % script.length] ?? { type: '' })
  if (state.seen !== count) throw new Error('The reducer lost an event')
}
