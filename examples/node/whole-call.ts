/** A whole call in one process, through a real server and with real audio, without a browser. */
import type { Call } from 'callchart'
import { filter, firstValueFrom } from 'rxjs'
import { createColumns, style } from './columns.ts'
import { createPhases } from './media-phases.ts'
import type { Flow, Phase } from './media-phases.ts'
import { narrate } from './narrate.ts'
import { connections, startPhoneOn } from './phone.ts'
import type { Phone } from './phone.ts'
import { providerNames } from '../providers/account.ts'
import type { ProviderName } from '../providers/account.ts'
import { startProvider } from '../providers/emulator.ts'

const digits = '12#'

/** Rejects when anything of it does not go as it should. */
export async function wholeCall(provider: ProviderName): Promise<void> {
  const { emulator, account } = await startProvider(provider, ['alice', 'bob'])
  const phones = await Promise.all([
    startPhoneOn(account('alice', 'Alice'), 'alice', 440),
    startPhoneOn(account('bob', 'Bob'), 'bob', 660)
  ])
  try {
    const server = `${providerNames[provider]} server on ${emulator.url}`
    console.log(`A whole call in this process: two phones, the ${server}, audio over loopback`)
    await call(...phones, emulator.address('bob'), provider === 'sip')
  } finally {
    for (const { engine } of phones) engine.dispose()
    await emulator.stop()
  }
}

/** `isHeardOf`: whether the provider tells of the digits that the far end sends. */
async function call(alice: Phone, bob: Phone, target: string, isHeardOf: boolean) {
  const columns = createColumns([alice.name, bob.name])
  const does = (phone: Phone, command: string) => columns.note(phone.name, command, 'command')
  narrate(alice, columns)
  narrate(bob, columns)
  let heardDigits = ''
  bob.engine.events$.subscribe(({ event }) => {
    if (event.type === 'dtmf.received') heardDigits += event.tone
  })

  does(alice, 'dial')
  const rings = bob.rings()
  const hers = await alice.engine.dial(target)
  const his = await rings
  does(bob, 'answer')
  await Promise.all([his.answer(), hers.established()])
  await Promise.all([mediaFlows(hers), mediaFlows(his)])

  // the caller's connection is made first, to offer on
  const [calling, called] = connections
  const phase = createPhases([
    { call: hers, connection: calling },
    { call: his, connection: called }
  ])
  const talking = await phase('talking', 500)

  does(alice, 'hold')
  await hers.hold()
  const held = await phase('alice holds', 400)

  does(alice, 'resume')
  await hers.resume()
  does(bob, 'mute')
  await his.mute()
  const muted = await phase('bob is muted', 400)

  does(bob, 'unmute')
  await his.unmute()
  if (hers.can('dtmf')) {
    does(alice, `dtmf ${digits}`)
    await hers.dtmf(digits)
  }
  const again = await phase('talking again', 300)

  does(alice, 'hangup')
  await hers.hangup()
  await his.ended()

  report([talking, held, muted, again])
  check('they hear each other, before and after', [talking, again].every(isHeardByBoth))
  check('while Alice holds, Bob hears nothing of her', !isHeard(held.flows[1]))
  check(
    'while Bob is muted, Alice hears nothing of him, and he hears her',
    !isHeard(muted.flows[0]) && isHeard(muted.flows[1])
  )
  if (isHeardOf) check(`Bob gets the digits ${digits}`, heardDigits === digits)
  check(
    'the call is over on both sides, by a hang-up',
    [hers, his].every(({ state }) => state.end?.reason === 'hangup')
  )
}

/** A call can be answered before anything can be heard. */
function mediaFlows({ path$ }: Call) {
  return firstValueFrom(path$.pipe(filter((path) => path === 'connected')))
}

function isHeard(flow: Flow | undefined): boolean {
  return flow !== undefined && flow.audible > 5
}

function isHeardByBoth({ flows }: Phase): boolean {
  return flows.every(isHeard)
}

function report(phases: readonly Phase[]) {
  const cells = (values: readonly (string | number)[]) => values.map((value) => String(value).padStart(9)).join('')
  const heading = cells(['sent', 'received', 'audible'])
  console.log(style(['bold'], `\npackets         alice: ${heading}        bob: ${heading}`))
  for (const { name, flows } of phases) {
    const sides = flows.map(({ sent, received, audible }) => cells([sent, received, audible]))
    console.log(`${name.padEnd(23)}${sides.join(' '.repeat(13))}`)
  }
  console.log(style(['dim'], 'audible: those received that are not silence\n'))
}

function check(what: string, isSo: boolean) {
  console.log(isSo ? `${style(['green'], '✓')} ${what}` : `${style(['red'], '✗')} ${what}`)
  if (!isSo) throw new Error(`Not so: ${what}`)
}
