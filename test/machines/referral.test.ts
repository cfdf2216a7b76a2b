import { describe, expect, test } from 'vitest'
import { startCall } from './support/bench.ts'
import type { StartedCall } from './support/bench.ts'
import { incoming } from './support/grounds.ts'

function established(input: Parameters<typeof startCall>[0] = {}): StartedCall {
  const call = startCall(input)
  call.run('media.ready', 'leg.answered', 'leg.path.connected')
  return call
}

const regions = (call: StartedCall) => call.state().value.progress.established
const localHold = (call: StartedCall) => regions(call).hold.local
const end = (call: StartedCall) => call.said('tells', 'call.ended').map(({ end }) => end)

describe('A call whose peer wants us to call somebody else', () => {
  const reports = (call: StartedCall) => call.said('leg', 'report').map(({ status }) => status)

  test('asks the user, and declines when there is no answer', () => {
    const call = established()

    call.run('leg.refer.received')
    expect(call.said('tells', 'transfer.asked')).toMatchObject([
      { target: 'sip:carol@example.org', referredBy: { address: 'sip:bob@example.org' } }
    ])
    call.run(30_000)

    expect(reports(call)).toEqual([603])
    expect(regions(call).referral).toBe('idle')
  })

  test('tells the peer how far that call comes, and is over soon after it is answered', () => {
    const call = established()

    call.run('leg.refer.received', 'acceptTransfer', 'referral.progressed', 'referral.succeeded')
    expect(call.said('tells', 'transfer.followed')).toMatchObject([
      { target: 'sip:carol@example.org', replaces: 'call;to-tag=1;from-tag=2' }
    ])
    expect(reports(call)).toEqual([100, 180, 200])
    call.run(4_999)
    expect(end(call)).toEqual([])
    call.run(1, 5_000)

    expect(end(call)).toMatchObject([{ by: 'local', reason: 'transferred' }])
  })

  test('goes on when that call is refused', () => {
    const call = established()

    call.run('leg.refer.received', 'acceptTransfer', 'referral.failed', 60_000)

    expect(reports(call)).toEqual([100, 486])
    expect(call.isOver()).toBe(false)
  })

  test('declines a second wish while there is a first', () => {
    const call = established()

    call.run('leg.refer.received', 'leg.refer.received')

    expect(reports(call)).toEqual([603])
    expect(regions(call).referral).toBe('asked')
  })

  test('does as the policy says where that asks nobody', () => {
    const refusing = established({ transfer: { hold: true, incoming: 'refuse' } })
    const accepting = established({ transfer: { hold: true, incoming: 'accept' } })

    for (const call of [refusing, accepting]) call.run('leg.refer.received')

    expect([reports(refusing), reports(accepting)]).toEqual([[603], [100]])
    expect([refusing, accepting].map((call) => call.said('tells', 'transfer.asked'))).toEqual([[], []])
  })

  test.each([
    ['declineTransfer', 603],
    [30_000, 603]
  ])('says no (%s) as soon as the connection is back', (how, status) => {
    const call = established()
    call.run('leg.refer.received', 'connection.lost', how)
    expect(reports(call)).toEqual([])

    call.run('connection.restored', 'leg.verified')

    expect(reports(call)).toEqual([status])
    expect(regions(call).referral).toBe('idle')
  })

  test('reports on a lost connection nothing, and on the next one what came of it', () => {
    const call = established()
    call.run('leg.refer.received', 'acceptTransfer', 'connection.lost', 'referral.progressed', 'referral.failed')
    expect(reports(call)).toEqual([100])

    call.run('connection.restored')
    expect(reports(call)).toEqual([100])
    call.run('leg.verified')

    expect(reports(call)).toEqual([100, 486])
    expect(call.state().context.transfer.received).toBe(null)
  })

  test('leaves when it has what the peer wanted, also when it cannot say so', () => {
    const call = established()

    call.run('leg.refer.received', 'acceptTransfer', 'connection.lost', 'referral.succeeded', 10_000)

    expect(reports(call)).toEqual([100])
    expect(end(call)).toMatchObject([{ by: 'local', reason: 'transferred' }])
  })

  test('cannot do what the peer wants while there is no connection to do it on', () => {
    const call = established()

    call.run('leg.refer.received', 'connection.lost')

    expect(call.state().can({ type: 'acceptTransfer' })).toBe(false)
  })

  test.each([
    ['the first', ['connection.lost', 'leg.refer.received'], 'idle'],
    ['a second', ['leg.refer.received', 'connection.lost', 'leg.refer.received'], 'asked']
  ] as const)('does not answer %s wish whose connection is lost by now', (_, steps, shown) => {
    const call = established()

    call.run(...steps)

    expect(reports(call)).toEqual([])
    expect(regions(call).referral).toBe(shown)
  })

  test('is over as transferred when the peer leaves while we do what it wanted', () => {
    const call = established()

    call.run('leg.refer.received', 'acceptTransfer', 'leg.ended')

    expect(end(call)).toMatchObject([{ by: 'remote', reason: 'transferred' }])
  })
})

describe('A call that takes the place of another', () => {
  test('is answered by itself, and goes on muted and held without a sound in between', () => {
    const call = startCall({ ...incoming, succession: { of: 'zero', muted: true, held: true } })

    call.run('media.ready', 'leg.answered')

    expect(call.said('leg', 'answer')).toHaveLength(1)
    expect(localHold(call)).toBe('holding')
    expect(call.state().value.microphone).toBe('muted')
    const silenced = call.said('media', 'hold')
    expect([silenced[0], silenced.at(-1)]).toMatchObject([{ on: true }, { on: true }])
  })

  test('rings when there is no microphone for it, and can be answered', () => {
    const call = startCall({ ...incoming, succession: { of: 'zero', muted: false, held: false } })

    call.run('media.failed', 'answer', 'media.ready', 'leg.answered')

    expect(call.said('tells', 'call.established')).toHaveLength(1)
  })
})
