/** Answers every call and writes down the digits pressed. Run with `npx tsx examples/node/answering-machine.ts`. */
import { startSipEmulator } from 'callchart/adapters/sip/emulator'
import { filter, map, reduce } from 'rxjs'
import { startPhone } from './phone.ts'

const server = await startSipEmulator()
const machine = await startPhone('machine', server.credentials('machine'))

machine.engine.incoming$.subscribe((call) => {
  const caller = call.state.remote.address
  console.log(`${caller} calls`)
  call.events$
    .pipe(
      filter((event) => event.type === 'dtmf.received'),
      map(({ tone }) => tone),
      reduce((digits, tone) => digits + tone, '')
    )
    .subscribe((digits) => console.log(`${caller} pressed ${digits}`))
  void call.answer()
})

// somebody calls it
const { engine } = await startPhone('carol', server.credentials('carol'))
const call = await engine.dial(`sip:machine@${server.domain}`)
await call.established()
await call.dtmf('1234#')
await call.hangup()
console.log(`Carol: ${call.state.end?.reason}`)

engine.dispose()
machine.engine.dispose()
await server.stop()
process.exit(0)
