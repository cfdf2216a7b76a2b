import { createEngine } from '../../src/index.ts'
import { median } from './measure.ts'
import { willingTransport } from './fake-transport.ts'
import type { Row } from './report.ts'

/** Whole calls through the engine, dialled, answered and hung up, one after the other. */
export async function calls(): Promise<Row[]> {
  await wholeCalls(2_000)
  const rates: number[] = []
  for (let run = 0; run < 5; run++) {
    const start = performance.now()
    await wholeCalls(3_000)
    rates.push(3_000 / ((performance.now() - start) / 1_000))
  }
  return [{ name: 'dial, ring, answer, hang up', value: median(rates), unit: 'calls/s', target: '≥ 5 000' }]
}

async function wholeCalls(count: number) {
  const engine = createEngine({ transport: willingTransport() })
  await engine.connect()
  for (let made = 0; made < count; made++) {
    const call = await engine.dial('bob', { media: { audio: false } })
    await call.established()
    await call.hangup()
    if (call.state.end?.reason !== 'hangup') throw new Error('A call ended in another way')
  }
  engine.dispose()
}
