/** Calls people who do not talk to us, and prints why each call ended. Run with `npx tsx examples/node/why-calls-end.ts`. */
import { startSipEmulator } from 'callchart/adapters/sip/emulator'
import { startPhone } from './phone.ts'

const server = await startSipEmulator()
server.party('busy', { do: 'reject', reason: 'busy' })
server.party('declines', { do: 'reject', reason: 'declined' })
server.party('unknown', { do: 'reject', reason: 'not-found' })
server.party('costs', { do: 'reject', reason: 'payment-required' })
server.party('rings', { do: 'ring' })
server.party('answers', { do: 'answer', ringFor: 100 })

const { engine } = await startPhone('alice', server.credentials('alice'))

for (const who of ['busy', 'declines', 'unknown', 'costs', 'rings', 'answers']) {
  const call = await engine.dial(`sip:${who}@${server.domain}`)
  // whoever only rings is given up after a while, whoever answers is hung up
  setTimeout(() => void call.hangup(), 600)
  const { reason, by, code, text } = await call.ended()
  console.log(who.padEnd(10), reason.padEnd(18), `by ${by}`.padEnd(11), code ?? '', text ?? '')
}

engine.dispose()
await server.stop()
process.exit(0)
