import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/index.ts'
import type { LegEvent } from '../../machines/index.ts'
import { errorOf, settled, setUpOnline, watch } from './support/desk.ts'
import type { Desk, Line } from './support/desk.ts'

const carol = 'sip:carol@example.org'
const busy = { code: 'transfer.failed', text: 'Busy Here', provider: { code: 486 } } as const

/** What the peer says of the transfer that it was asked for last. */
function says({ leg }: Line, event: 'progress' | 'succeeded' | 'failed' | 'rejected') {
  const attempt = leg.attempt('refer')
  if (event === 'progress') leg.emit({ type: 'leg.refer.progress', attempt, status: 180 })
  else if (event === 'succeeded') leg.emit({ type: 'leg.refer.succeeded', attempt })
  else leg.emit({ type: `leg.refer.${event}`, attempt, cause: busy })
}

const wish: LegEvent = {
  type: 'leg.refer.received',
  refer: '7',
  target: carol,
  replaces: 'call;to-tag=1;from-tag=2',
  referredBy: { address: 'sip:bob@example.org' }
}

const reports = ({ leg }: Line) => leg.sent('report').map((command) => 'status' in command && command.status)

describe('Giving the peer to somebody else', () => {
  test('is done when the peer says so, and the call is over as transferred', async () => {
    const { established } = await setUpOnline()
    const line = await established()

    const transferred = watch(line.call.transfer(carol))
    expect(line.call.transfer$.value).toMatchObject({ state: 'trying', target: carol, status: null })
    says(line, 'progress')
    await settled()
    expect(line.call.transfer$.value).toMatchObject({ status: 180 })
    expect(transferred.outcome).toBe('pending')
    says(line, 'succeeded')
    await settled()

    expect(transferred.outcome).toBe('resolved')
    expect(line.call.state).toMatchObject({
      status: 'ended',
      end: { by: 'local', reason: 'transferred' },
      transfer: null
    })
  })

  test('that fails says why, with what the target said', async () => {
    const { established } = await setUpOnline()
    const line = await established()

    const error = errorOf(line.call.transfer(carol))
    says(line, 'failed')

    expect(await error).toMatchObject({ code: 'transfer.failed', provider: { code: 486 }, retryable: true })
    expect(line.call.state).toMatchObject({ status: 'established', hold: { local: 'active' }, transfer: null })
  })

  test('can be hung up at any moment', async () => {
    const { established } = await setUpOnline()
    const line = await established()
    const error = errorOf(line.call.transfer(carol))

    await line.call.hangup()

    expect(await error).toMatchObject({ code: 'call.ended', end: { reason: 'hangup' } })
  })

  test('is refused for what nobody could call, and where it cannot be', async () => {
    const { engine, transport, established, dial } = await setUpOnline()
    const { call } = await established()
    const other = await dial()

    expect(await errorOf(call.transfer(''))).toMatchObject({ code: 'call.invalid-target' })
    expect(await errorOf(call.transfer('sip:a@b\r\nX: y'))).toMatchObject({ code: 'call.invalid-target' })
    expect(await errorOf(call.transfer(call))).toMatchObject({ code: 'call.invalid-target' })
    expect(await errorOf(call.transfer({ id: 'nobody' } as Call))).toMatchObject({ code: 'call.invalid-target' })
    expect(await errorOf(call.transfer(null as never))).toMatchObject({ code: 'call.invalid-target' })
    expect(await errorOf(call.transfer(other.call))).toMatchObject({ code: 'call.refused', state: 'ringing' })
    expect(await errorOf(other.call.transfer(carol))).toMatchObject({ code: 'call.refused' })
    transport.close()
    expect(await errorOf(call.transfer(carol))).toMatchObject({ code: 'connection.offline' })
    engine.dispose()
    expect(await errorOf(call.transfer(carol))).toMatchObject({ code: 'engine.disposed' })
  })

  test('is unsupported where the provider has no transfer', async () => {
    const { established } = await setUpOnline({ capabilities: { blindTransfer: false, attendedTransfer: false } })
    const { call } = await established()

    expect(call.can('transfer') || call.can('consult')).toBe(false)
    expect(await errorOf(call.transfer(carol))).toMatchObject({ code: 'transfer.unsupported' })
    expect(await errorOf(call.consult(carol))).toMatchObject({ code: 'transfer.unsupported' })
  })
})

describe('A consultation', () => {
  async function consulting(desk: Desk): Promise<[Line, Line]> {
    const first = await desk.established()
    const call = await first.call.consult(carol)
    await settled()
    const second = { call, leg: desk.transport.leg(call.id) }
    second.leg.answered()
    return [first, second]
  }

  test('is a call of its own, while the first one waits on hold', async () => {
    const desk = await setUpOnline()
    const [first, second] = await consulting(desk)

    expect(first.call.state).toMatchObject({ hold: { local: 'held' }, transfer: { state: 'consulting' } })
    expect(second.call.state).toMatchObject({ status: 'established', remote: { address: carol } })
  })

  test('ends with both calls when the two are connected', async () => {
    const desk = await setUpOnline()
    const [first, second] = await consulting(desk)

    const transferred = first.call.transfer(second.call)
    expect(first.leg.sent('refer')).toMatchObject([{ replaces: second.call.id }])
    expect(second.call.state.transfer).toMatchObject({ state: 'handing-over' })
    says(first, 'succeeded')

    await transferred
    for (const { call } of [first, second]) expect((await call.ended()).reason).toBe('transferred')
    expect(desk.devices.open).toEqual([])
  })

  test.each([['is hung up'], ['is refused'], ['cannot be placed']])(
    'that %s leads back to the first call',
    async (how) => {
      const desk = await setUpOnline()
      const first = await desk.established()
      if (how === 'cannot be placed') {
        await errorOf(first.call.consult(carol, { headers: { 'not a name': '' } }))
      } else {
        const call = await first.call.consult(carol)
        await settled()
        if (how === 'is hung up') await call.hangup()
        else desk.transport.leg(call.id).emit({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy' } })
      }
      await settled()

      expect(first.call.state).toMatchObject({ status: 'established', hold: { local: 'active' }, transfer: null })
    }
  )

  test('stands when the peer cannot be given away', async () => {
    const desk = await setUpOnline()
    const [first, second] = await consulting(desk)

    const error = errorOf(first.call.transfer(second.call))
    says(first, 'failed')

    expect(await error).toMatchObject({ code: 'transfer.failed' })
    expect(first.call.state).toMatchObject({ hold: { local: 'held' }, transfer: { state: 'consulting' } })
    expect(second.call.state).toMatchObject({ status: 'established', transfer: null })
  })

  test('goes on when the first call ends', async () => {
    const desk = await setUpOnline()
    const [first, second] = await consulting(desk)
    void first.call.transfer(second.call)

    first.leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })

    expect(first.call.state.end).toMatchObject({ by: 'remote', reason: 'hangup' })
    expect(second.call.state).toMatchObject({ status: 'established', transfer: null })
  })
})

describe('A peer that wants us to call somebody else', () => {
  test('is followed when the user accepts, muted as we were, and told how that goes', async () => {
    const desk = await setUpOnline()
    const line = await desk.established()
    await line.call.mute()
    line.leg.emit(wish)
    expect(line.call.referral$.value).toMatchObject({ state: 'asked', target: carol })

    await line.call.acceptTransfer()
    await settled()
    const call = desk.engine.calls$.value[1] as Call
    const leg = desk.transport.leg(call.id)
    expect(leg.sent('dial')).toMatchObject([
      {
        target: carol,
        referral: { replaces: 'call;to-tag=1;from-tag=2', referredBy: { address: 'sip:bob@example.org' } }
      }
    ])
    expect(call.state).toMatchObject({ microphone: 'muted', referredBy: { address: 'sip:bob@example.org' } })
    leg.answered()

    expect(reports(line)).toEqual([100, 180, 200])
    expect(line.call.referral$.value).toMatchObject({ state: 'leaving' })
    desk.clock.increment(5_000)
    expect(line.call.state.end).toMatchObject({ reason: 'transferred' })
    expect(call.state.status).toBe('established')
  })

  test('is told what became of a call that was refused, and the call goes on', async () => {
    const desk = await setUpOnline({ policy: { transfer: { incoming: 'accept' } } })
    const line = await desk.established()
    line.leg.emit(wish)
    await settled()
    const call = desk.engine.calls$.value[1] as Call

    desk.transport.leg(call.id).emit({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy', code: 486 } })

    expect(reports(line)).toEqual([100, 180, 486])
    expect(line.call.state).toMatchObject({ status: 'established', referral: null })
  })

  test('is told so when nobody can be called there', async () => {
    const desk = await setUpOnline({ policy: { transfer: { incoming: 'accept' } } })
    const line = await desk.established()
    desk.transport.refusal = { code: 'call.invalid-target', text: 'Not an address' }

    line.leg.emit(wish)

    expect(reports(line)).toEqual([100, 416])
    expect(desk.engine.calls$.value).toHaveLength(1)
  })

  test('is declined when the user says so, or says nothing', async () => {
    const desk = await setUpOnline({ policy: { deadlines: { referralDeadline: 10_000 } } })
    const line = await desk.established()
    line.leg.emit(wish)
    await line.call.declineTransfer()
    line.leg.emit(wish)
    desk.clock.increment(10_000)

    expect(reports(line)).toEqual([603, 603])
    expect(line.call.can('acceptTransfer')).toBe(false)
  })
})

describe('A call that takes the place of one of ours', () => {
  test('is answered by itself, muted and held as that one was', async () => {
    const { transport, established, engine } = await setUpOnline()
    const { call, leg } = await established()
    await call.mute()
    await call.hold()
    const rung: Call[] = []
    engine.incoming$.subscribe((other) => rung.push(other))

    transport.ring('new', { replaces: call.id, referredBy: { address: 'sip:dave@example.org' } })
    await settled()
    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'replaced' } })

    const [next] = engine.calls$.value
    expect(next?.state).toMatchObject({ status: 'established', microphone: 'muted', hold: { local: 'held' } })
    expect(next?.state.referredBy).toEqual({ address: 'sip:dave@example.org' })
    expect(rung).toEqual([])
  })

  test('rings where the policy has it so, or is refused', async () => {
    for (const replacement of ['ask', 'refuse'] as const) {
      const { transport, established, engine } = await setUpOnline({ policy: { replacement } })
      const { call } = await established()
      const rung: Call[] = []
      engine.incoming$.subscribe((other) => rung.push(other))

      const leg = transport.ring('new', { replaces: call.id })

      expect(rung).toHaveLength(replacement === 'ask' ? 1 : 0)
      expect(leg.sent('reject')).toHaveLength(replacement === 'ask' ? 0 : 1)
      expect(call.state.status).toBe('established')
    }
  })
})
