import { describe, expect, test } from 'vitest'
import { CallError } from '../../src/index.ts'
import type { Call } from '../../src/index.ts'
import { errorOf, settled, setUpOnline } from './support/desk.ts'
import type { Line } from './support/desk.ts'

describe('A command that the call is not in the state for', () => {
  test.each<[string, (line: Line) => Promise<void>, (call: Call) => Promise<void>]>([
    ['hold while it rings', async () => {}, (call) => call.hold()],
    ['answer a call we placed', async () => {}, (call) => call.answer()],
    ['reject a call we placed', async () => {}, (call) => call.reject()],
    ['resume what is not held', async ({ leg }) => leg.answered(), (call) => call.resume()],
    ['digits while it rings', async () => {}, (call) => call.dtmf('1')]
  ])('is refused, and says which state that was: %s', async (_, prepare, act) => {
    const { dial } = await setUpOnline()
    const line = await dial()
    await prepare(line)
    const before = line.leg.commands.length

    const error = await errorOf(act(line.call))

    expect(error).toBeInstanceOf(CallError)
    expect(error).toMatchObject({ code: 'call.refused', state: line.call.state.status, retryable: false })
    expect(line.leg.commands).toHaveLength(before)
  })

  test('is rejected with its end, when the call is over', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()
    await call.hangup()

    const commands = [call.hold(), call.answer(), call.reject(), call.resume(), call.mute(), call.unmute()]

    for (const command of [...commands, call.dtmf('1')])
      expect(await errorOf(command)).toMatchObject({ code: 'call.ended', end: { reason: 'hangup' } })
  })
})

describe('Nothing throws', () => {
  test('whatever is given to a command', async () => {
    const { engine, established } = await setUpOnline()
    const { call } = await established()
    const nonsense = [undefined, null, 0, Number.NaN, '', 'x', {}, [], () => {}, Symbol('s')]

    const promises = nonsense.flatMap((value) => {
      const any = value as never
      return [
        engine.dial(any, any),
        call.dtmf(any, any),
        call.answer(any),
        call.reject(any),
        engine.dial('sip:bob@example.org', { headers: any, displayName: any })
      ]
    })

    for (const promise of promises) expect(promise).toBeInstanceOf(Promise)
    const reasons = (await Promise.allSettled(promises)).flatMap((each) =>
      each.status === 'rejected' ? each.reason : []
    )
    for (const reason of reasons) expect(reason).toBeInstanceOf(CallError)
  })

  test('a promise that nobody looks at is no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const { engine, transport, established } = await setUpOnline()
    const { call } = await established()
    transport.ignores.add('offer').add('register').add('unregister')

    void engine.dial('')
    void call.resume()
    void call.dtmf('x')
    void call.hold()
    void call.established()
    void call.ended()
    void engine.disconnect()
    void engine.connect()
    engine.dispose()
    void engine.connect()
    void engine.disconnect()
    void engine.dial('sip:bob@example.org')
    void call.hold()
    await settled()
    await settled()

    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})
