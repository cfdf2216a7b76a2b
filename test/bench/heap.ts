/** Run by itself under `node --expose-gc`: prints the bytes of heap one idle call holds. */
import { createEngine } from '../../src/index.ts'
import { willingTransport } from './fake-transport.ts'

const calls = 2_000

const engine = createEngine({ transport: willingTransport() })
await engine.connect()
// what is made once, compiled code included, is not a call's
for (let warm = 0; warm < 200; warm++) await (await engine.dial('bob', { media: { audio: false } })).hangup()

const before = heap()
for (let made = 0; made < calls; made++) await (await engine.dial('bob', { media: { audio: false } })).established()
const idle = heap()
await Promise.all(engine.calls$.value.map((call) => call.hangup()))
const after = heap()

console.log(JSON.stringify({ perCall: (idle - before) / calls, retained: (after - before) / calls }))
process.exit(0)

function heap(): number {
  for (let round = 0; round < 5; round++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
