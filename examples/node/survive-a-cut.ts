/** Cuts the connection in the middle of a call, which survives it. Run with `npx tsx examples/node/survive-a-cut.ts`. */
import { startSipEmulator } from 'callchart/adapters/sip/emulator'
import { filter, firstValueFrom } from 'rxjs'
import { startPhone } from './phone.ts'

const server = await startSipEmulator()
server.party('bob', { do: 'answer' })
const { engine } = await startPhone('alice', server.credentials('alice'))

const call = await engine.dial(`sip:bob@${server.domain}`)
await call.established()
engine.events$.subscribe(({ event }) => console.log(`          ${event.type}`))
call.signalling$.subscribe((signalling) => console.log(`${call.state.status}, signalling ${signalling ?? 'none'}`))

server.drop('alice')
await firstValueFrom(engine.events$.pipe(filter(({ event }) => event.type === 'signalling.attached')))
await call.hold()
console.log(`held all the same: ${call.state.hold.local}`)

await call.hangup()
engine.dispose()
await server.stop()
process.exit(0)
