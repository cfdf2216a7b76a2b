/** Every provider's emulator is started and steered in the same words, and says the same of what clients do. */
import { filter, firstValueFrom } from 'rxjs'
import { WebSocket } from 'ws'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startProvider } from '../../examples/providers/emulator.ts'
import { connectionOf } from '../../examples/providers/transport.ts'
import { createEngine } from '../../src/index.ts'
import type { Engine } from '../../src/index.ts'
import { loadNodeWebRtc } from '../../src/testing/index.ts'
import type { Emulator } from '../../src/testing/index.ts'
import { eventually } from '../support/eventually.ts'

describe.each([
  { provider: 'sip', party: 'bob', renegotiates: true, takesDigits: true },
  { provider: 'infobip', party: 'bob', renegotiates: true, takesDigits: true },
  { provider: 'azstack', party: '84901234567', renegotiates: false, takesDigits: false }
] as const)('the $provider emulator', ({ provider, party, renegotiates, takesDigits }) => {
  let emulator: Emulator
  let engine: Engine

  beforeEach(async () => {
    const { RTCPeerConnection, mediaDevices } = await loadNodeWebRtc()
    const started = await startProvider(provider, ['alice'])
    emulator = started.emulator
    emulator.party(party)
    const connection = await connectionOf(started.account('alice', 'Alice'), { WebSocket, RTCPeerConnection })
    engine = createEngine({ ...connection, media: { mediaDevices } })
    await engine.connect()
  })

  afterEach(async () => {
    engine.dispose()
    await emulator.stop()
  })

  /** Alice calls the party, who waits to be steered. */
  async function dialled() {
    const arrives = firstValueFrom(emulator.calls$)
    const call = await engine.dial(emulator.address(party))
    return { call, theirs: await arrives }
  }

  async function established() {
    const { call, theirs } = await dialled()
    await theirs.answer()
    await call.established()
    await theirs.reaches('established')
    return { call, theirs }
  }

  test('knows who is there, and who calls whom', async () => {
    await eventually(() => expect(emulator.clients).toEqual([{ user: 'alice', registered: true }]))
    const { theirs } = await dialled()

    expect(theirs).toMatchObject({ client: 'alice', party, state: 'offered' })
  })

  test('rings, answers and hangs up', async () => {
    const { call, theirs } = await dialled()

    await theirs.ring()
    await eventually(() => expect(call.state.status).toBe('ringing'))
    await theirs.answer()
    await call.established()
    await theirs.hangup()

    expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup' })
    expect(theirs.state).toBe('ended')
  })

  test.each(['busy', 'declined'] as const)('rejects, and it is seen to be %s', async (reason) => {
    const { call, theirs } = await dialled()

    await theirs.reject(reason)

    expect((await call.ended()).reason).toBe(reason)
  })

  test('plays scripts: answers after a while, or only rings', async () => {
    emulator.party(party, { do: 'answer', ringFor: 50 })
    const answered = await engine.dial(emulator.address(party))
    await answered.established()
    await answered.hangup()

    emulator.party(party, { do: 'ring' })
    const { call, theirs } = await dialled()
    await eventually(() => expect(call.state.status).toBe('ringing'))
    await call.hangup()

    expect((await call.ended()).reason).toBe('cancelled')
    await theirs.reaches('ended')
  })

  test('hears that it was hung up', async () => {
    const { call, theirs } = await established()

    await call.hangup()

    await theirs.reaches('ended')
  })

  test('calls in', async () => {
    const rings = firstValueFrom(engine.incoming$)
    const theirs = await emulator.call('alice', { from: party })
    const call = await rings
    await call.answer()
    await theirs.reaches('established')

    await theirs.hangup()

    expect(await call.ended()).toMatchObject({ by: 'remote', reason: 'hangup' })
  })

  test('calls nobody who is not there', async () => {
    await expect(emulator.call('nobody')).rejects.toThrow('Nobody rings: nobody is not')
  })

  test('cuts connections, and lets nobody in until it does again', async () => {
    const reconnected = firstValueFrom(
      engine.events$.pipe(filter(({ event }) => event.type === 'connection.reconnected'))
    )

    emulator.refuse()
    emulator.drop('alice')
    await eventually(() => expect(emulator.clients).toEqual([]))
    // on a busy machine the second try may be over before anybody looks
    await firstValueFrom(
      engine.connection$.pipe(filter((connection) => connection.status === 'reconnecting' && connection.tries >= 2))
    )
    emulator.accept()

    await reconnected
    await eventually(() => expect(emulator.clients).toEqual([{ user: 'alice', registered: true }]))
  })

  if (renegotiates)
    test('holds and resumes', async () => {
      const { call, theirs } = await established()

      await theirs.hold()
      await eventually(() => expect(call.state.hold.remote).toBe('held'))
      await theirs.resume()
      await eventually(() => expect(call.state.hold.remote).toBe('active'))
    })

  if (!renegotiates)
    test('says that there is no hold', async () => {
      const { theirs } = await established()

      await expect(theirs.hold()).rejects.toThrow('has no hold')
    })

  if (takesDigits)
    test('hears digits', async () => {
      const { call, theirs } = await established()

      await call.dtmf('12#')

      await eventually(() => expect(theirs.digits).toBe('12#'))
    })

  if (!takesDigits)
    test('sends no digits where there are none', async () => {
      const { call, theirs } = await established()

      expect(call.can('dtmf')).toBe(false)
      await expect(theirs.sendDigits('1')).rejects.toThrow('has no digits')
    })

  test('remembers what passed, without secrets, until it stops for good', async () => {
    await established()
    const secrets = Object.values(emulator.credentials('alice')).filter((value) => /[\w-]{20,}\./.test(value))
    const completed = firstValueFrom(emulator.trace$.pipe(filter(() => false)), { defaultValue: 'completed' })

    await Promise.all([emulator.stop(), emulator.stop()])
    emulator.accept()

    expect(emulator.trace.length).toBeGreaterThan(3)
    for (const secret of secrets) expect(JSON.stringify(emulator.trace)).not.toContain(secret)
    expect(await completed).toBe('completed')
  })
})
