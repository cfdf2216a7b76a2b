import { describe, expect, test } from 'vitest'
import { settled, setUpOnline } from './support/desk.ts'
import type { Desk } from './support/desk.ts'

/** What is heard: the microphones that are open and enabled. */
const heard = ({ devices }: Desk) => devices.open.filter(({ enabled }) => enabled).length

describe('Two who call each other', () => {
  // the fake provider says we are sip:me@example.org
  const calls = async (desk: Desk, from: string) => {
    const line = await desk.dial(from)
    desk.transport.emit({
      type: 'transport.incoming',
      leg: 'theirs',
      from: { address: from },
      to: { address: 'sip:me@example.org' }
    })
    await settled()
    return { ...line, theirs: desk.transport.legs.get('theirs') }
  }

  test('talk on the call of the greater name’s peer, without anybody doing anything', async () => {
    const desk = await setUpOnline()
    desk.transport.ignores.add('hangup')

    const { call, theirs } = await calls(desk, 'sip:alice@example.org')

    expect(theirs?.sent('answer')).toHaveLength(1)
    expect(call.state.end).toMatchObject({ by: 'system', reason: 'replaced' })
    expect(desk.engine.calls$.value.map(({ id, state }) => [id, state.status])).toEqual([['theirs', 'established']])
    expect(desk.engine.current$.value?.id).toBe('theirs')
    expect(heard(desk)).toBe(1)
  })

  test('and whose call is to remain keeps the other back, and drops it once answered', async () => {
    const desk = await setUpOnline()
    const { call, leg, theirs } = await calls(desk, 'sip:zoe@example.org')
    expect(theirs?.commands).toEqual([])
    expect(desk.engine.calls$.value).toEqual([call])

    leg.answered()

    expect(theirs?.sent('reject')).toEqual([{ type: 'reject', reason: 'busy' }])
    expect(desk.engine.current$.value).toBe(call)
    expect(desk.engine.history$.value).toEqual([])
  })

  test('do so too where the other is busy with calling us', async () => {
    const desk = await setUpOnline()
    const { leg, theirs } = await calls(desk, 'sip:zoe@example.org')

    leg.emit({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy', code: 486 } })
    await settled()

    expect(theirs?.sent('answer')).toHaveLength(1)
    expect(desk.engine.current$.value?.id).toBe('theirs')
  })

  test('do so too where the other only rings', async () => {
    const desk = await setUpOnline()
    const { call, theirs } = await calls(desk, 'sip:zoe@example.org')

    desk.clock.increment(3_000)
    await settled()

    expect(theirs?.sent('answer')).toHaveLength(1)
    expect(call.state.end?.reason).toBe('replaced')
    expect(desk.engine.current$.value?.id).toBe('theirs')
  })

  test('ring as any other when we have given up meanwhile', async () => {
    const desk = await setUpOnline()
    const announced: string[] = []
    desk.engine.incoming$.subscribe(({ id }) => announced.push(id))
    const { call, theirs } = await calls(desk, 'sip:zoe@example.org')

    await call.hangup()

    expect(announced).toEqual(['theirs'])
    expect(theirs?.commands).toEqual([])
    expect(desk.engine.calls$.value[0]?.state.status).toBe('ringing')
  })

  test('talk on the call that rings already when the other is dialled', async () => {
    const desk = await setUpOnline()
    const leg = desk.transport.ring('theirs')

    const call = await desk.engine.dial('bob')
    await settled()

    expect(call.id).toBe('theirs')
    expect(leg.sent('answer')).toHaveLength(1)
    expect(desk.engine.current$.value).toBe(call)
    expect(desk.engine.calls$.value).toEqual([call])
  })

  test('are left to the user where the policy says so', async () => {
    const desk = await setUpOnline({ policy: { calls: { meetCalls: false } } })

    const { theirs } = await calls(desk, 'sip:alice@example.org')

    expect(theirs?.commands).toEqual([])
    expect(desk.engine.calls$.value).toHaveLength(2)
  })
})
