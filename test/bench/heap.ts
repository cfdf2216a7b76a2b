/** Run by itself under `node --expose-gc`: prints the bytes of heap one idle call holds, and XState's share of it. */
import { createActor, fromCallback } from 'xstate'
import { callMachine } from '../../machines/index.ts'
import type { LegCommand, LegEvent, MediaCommand } from '../../machines/index.ts'
import { createEngine } from '../../src/index.ts'
import { willingTransport } from './fake-transport.ts'

const calls = 2_000
const capabilities = {
  registration: false,
  hold: true,
  renegotiate: true,
  video: false,
  dtmf: ['info'],
  recording: [],
  blindTransfer: false,
  attendedTransfer: false
} as const

let report: (event: LegEvent) => void = () => {}
const root = createActor(fromCallback(() => {}))
root.start()
const machine = callMachine.provide({
  actors: {
    leg: fromCallback<LegCommand, { call: string }>(({ sendBack }) => {
      report = sendBack
    }),
    media: fromCallback<MediaCommand, { call: string }>(({ sendBack, receive }) => {
      receive((command) => {
        if (command.type === 'acquire') sendBack({ type: 'media.ready', attempt: command.attempt })
      })
    })
  }
})

const engine = createEngine({ transport: willingTransport() })
await engine.connect()
// what is made once, compiled code included, is not a call's
for (let warm = 0; warm < 200; warm++) await (await engine.dial('bob', { media: { audio: false } })).hangup()
for (let warm = 0; warm < 200; warm++) establishedChart()

const before = heap()
for (let made = 0; made < calls; made++) await (await engine.dial('bob', { media: { audio: false } })).established()
const idle = heap()
await Promise.all(engine.calls$.value.map((call) => call.hangup()))
const after = heap()

const kept: unknown[] = []
const empty = heap()
for (let made = 0; made < calls; made++) kept.push(establishedChart())
const charts = heap()

const per = (bytes: number) => bytes / calls
console.log(
  JSON.stringify({ perCall: per(idle - before), retained: per(after - before), perChart: per(charts - empty) })
)
process.exit(0)

/** The floor: the chart of a call and its two children, with nothing of the engine around them. */
function establishedChart() {
  const actor = createActor(machine, {
    parent: root,
    input: { id: 'floor', direction: 'outgoing', remote: { address: 'bob' }, capabilities }
  })
  actor.start()
  report({ type: 'leg.path.connected' })
  report({ type: 'leg.answered' })
  return actor
}

function heap(): number {
  for (let round = 0; round < 5; round++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
