import { describe, expect, test } from 'vitest'
import { startCall } from './support/bench.ts'
import type { StartedCall } from './support/bench.ts'
import { everything, incoming } from './support/grounds.ts'

const end = (call: StartedCall) => call.said('tells', 'call.ended').map(({ end }) => end)
const sent = (call: StartedCall) => call.log.filter(({ who }) => who === 'leg').map(({ event }) => event.type)

describe('A call we place', () => {
  test('is over at once when it is hung up before anything was sent', () => {
    const call = startCall()

    call.run('hangup')

    expect(end(call)).toMatchObject([{ by: 'local', reason: 'cancelled' }])
    expect(sent(call)).toEqual([])
  })

  test('ends once when an answer, a cancel and a goodbye cross', () => {
    const call = startCall()

    call.run('media.ready', 'leg.ringing', 'hangup', 'leg.answered', 'leg.ended', 'leg.ended')

    expect(end(call)).toMatchObject([{ reason: 'cancelled' }])
    expect(sent(call)).toEqual(['dial', 'hangup', 'hangup'])
  })

  test.each([
    ['hangup', {}, ['media.ready', 'hangup']],
    ['reject', incoming, ['reject']],
    ['reject', incoming, ['reject (busy)']],
    ['reject', incoming, [120_000]]
  ])('says nothing of the microphone after its %s, and mutes it all the same', (last, input, steps) => {
    const call = startCall(input)

    call.run(...steps, 'mute', 'unmute')

    expect(sent(call).at(-1)).toBe(last)
    expect(call.said('media', 'mute')).toMatchObject([{ on: true }, { on: false }])
  })

  test('keeps the first reason for its end', () => {
    const call = startCall()

    call.run('media.ready', 'leg.ringing', 60_000, 'leg.failed')

    expect(end(call)).toMatchObject([{ reason: 'no-answer' }])
  })

  test('ends because nobody answers after a minute of ringing', () => {
    const call = startCall()

    call.run('media.ready', 'leg.ringing', 60_000, 'leg.rejected')

    expect(end(call)).toMatchObject([{ by: 'system', reason: 'no-answer' }])
  })

  test('ends after 32 seconds in which the far end says nothing', () => {
    const call = startCall()

    call.run('media.ready', 32_000)

    expect(end(call)).toMatchObject([{ by: 'system', reason: 'timeout' }])
  })

  test('goes out on the next connection when one was lost while the microphone was asked for', () => {
    const late = startCall()
    const early = startCall()

    late.run('connection.lost', 'media.ready', 9_999)
    early.run('connection.lost', 'connection.restored')
    expect([sent(late), sent(early)]).toEqual([[], []])
    late.run('connection.restored')
    early.run('media.ready')

    expect([sent(late), sent(early)]).toEqual([['dial'], ['dial']])
  })

  test('is over when no connection comes to place it on', () => {
    const call = startCall()

    call.run('connection.lost', 'media.ready', 10_000)

    expect(end(call)).toMatchObject([{ by: 'system', reason: 'network' }])
    expect(sent(call)).toEqual([])
  })

  test('is over at once when it is hung up while it waits for a connection', () => {
    const call = startCall()

    call.run('connection.lost', 'media.ready', 'hangup')

    expect(end(call)).toMatchObject([{ by: 'local', reason: 'cancelled' }])
    expect(sent(call)).toEqual([])
  })

  test('says why it has no microphone', () => {
    const call = startCall()

    call.run('media.failed')

    expect(end(call)).toMatchObject([{ reason: 'media', provider: { code: 'media.denied' } }])
  })
})

describe('A call that reaches us', () => {
  test('rings on when the microphone fails, and can be answered again', () => {
    const call = startCall(incoming)

    call.run('answer', 'media.failed')
    expect(call.said('tells', 'call.answer-failed')).toMatchObject([{ cause: { code: 'media.denied' } }])

    call.run('answer', 'media.ready', 'leg.answered')
    expect(call.said('tells', 'call.established')).toHaveLength(1)
  })

  test('is not answered by the microphone of an answer that failed before', () => {
    const call = startCall(incoming)

    call.run('answer', 60_000, 'answer', 'media.ready (stale)')

    expect(sent(call)).toEqual([])
  })

  test('can be refused as busy even while it is being answered', () => {
    const call = startCall(incoming)

    call.run('answer', 'reject (busy)', 5_000)

    expect(call.said('leg', 'reject')).toMatchObject([{ reason: 'busy' }])
    expect(end(call)).toMatchObject([{ reason: 'busy' }])
  })

  test('is missed when nobody answers for two minutes', () => {
    const call = startCall(incoming)

    call.run(125_000)

    expect(call.said('leg', 'reject')).toMatchObject([{ reason: 'no-answer' }])
    expect(end(call)).toMatchObject([{ reason: 'missed' }])
  })

  test('that the caller gives up while our hangup is on its way is over at once', () => {
    const call = startCall(incoming)

    call.run('answer', 'media.ready', 'hangup', 'leg.cancelled')

    expect(end(call)).toMatchObject([{ by: 'local', reason: 'hangup' }])
  })

  test.each([
    ['leg.cancelled', 'missed'],
    ['leg.cancelled (answered elsewhere)', 'answered-elsewhere']
  ])('ends by %s as %s', (step, reason) => {
    const call = startCall(incoming)

    call.run(step)

    expect(end(call)).toMatchObject([{ reason }])
  })
})

describe('A call whose connection is lost', () => {
  const attached = ['media.ready', 'leg.answered', 'leg.path.connected'] as const

  test('is first proven to exist, and only then is its media repaired', () => {
    const call = startCall()

    call.run(...attached, 'connection.lost', 'leg.path.interrupted', 8_000, 'connection.restored')
    expect(sent(call).slice(1)).toEqual(['verify'])

    call.run('leg.verified')
    expect(sent(call).slice(1)).toEqual(['verify', 'offer'])
    expect(call.said('leg', 'offer')).toMatchObject([{ terms: { restarts: 1 } }])
  })

  test('does not wait for the answer to an offer that was lost with its connection', () => {
    const call = startCall()

    call.run(...attached, 'leg.path.interrupted', 2_500, 'connection.lost', 5_000, 'connection.restored')
    call.run('leg.verified')

    expect(sent(call).slice(1)).toEqual(['offer', 'verify', 'offer'])
    expect(call.said('leg', 'offer').map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  test('does not wait for what becomes of an answer that may be lost: it offers the same on the next one', () => {
    const call = startCall()

    call.run(...attached, 'leg.offer.received', 'connection.lost')
    expect(call.state().value.progress.established.negotiation).toBe('stable')
    call.run('leg.offer.answered', 'connection.restored', 'leg.verified')

    expect(call.said('leg', 'offer')).toMatchObject([{ terms: { hold: false, restarts: 0 } }])
  })

  test('has nothing to offer on the next one where nothing can be offered', () => {
    const call = startCall({ capabilities: { ...everything, renegotiate: false, hold: false } })

    call.run(...attached, 'leg.offer.received', 'connection.lost', 'connection.restored', 'leg.verified')

    expect(call.said('leg', 'offer')).toEqual([])
  })

  test('asks again when nobody answers, and takes only the last answer', () => {
    const call = startCall()

    call.run(...attached, 'connection.lost', 'connection.restored', 10_000, 'leg.verified (stale)')
    expect(call.said('tells', 'signalling.attached')).toEqual([])

    call.run('leg.verified')
    expect(call.said('tells', 'signalling.attached')).toHaveLength(1)
    expect(call.said('leg', 'verify').map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  test('ends when the far end does not know it any more', () => {
    const call = startCall()

    call.run(...attached, 'connection.lost', 'connection.restored', 'leg.gone', 5_000)

    expect(end(call)).toMatchObject([{ by: 'system', reason: 'network' }])
  })

  test('does not end by the answer to a question of earlier', () => {
    const call = startCall()

    call.run(...attached, 'connection.lost', 'connection.restored', 10_000, 'leg.gone (stale)', 5_000)

    expect(call.isOver()).toBe(false)
  })

  test('keeps its one grace through all the connections that come and go in it', () => {
    const call = startCall()

    call.run(...attached, 'connection.lost', 30_000, 'connection.restored', 5_000, 'connection.lost', 24_999)
    expect(call.isOver()).toBe(false)

    call.run(1, 5_000)
    expect(call.isOver()).toBe(true)
  })
})

describe('A path that breaks', () => {
  const connected = ['media.ready', 'leg.answered', 'leg.path.connected'] as const

  test('is given two and a half seconds to come back before it is restarted', () => {
    const call = startCall()

    call.run(...connected, 'leg.path.interrupted', 2_499)
    expect(call.said('leg', 'offer')).toEqual([])

    call.run(1)
    expect(call.said('leg', 'offer')).toMatchObject([{ terms: { hold: false, video: 'off', restarts: 1 } }])
  })

  test('is restarted again and again until the grace is over, and then the call', () => {
    const call = startCall()

    call.run(...connected, 'leg.path.interrupted')
    for (let second = 0; second < 29; second++) call.run(1_000, 'leg.offer.accepted')
    expect(call.said('leg', 'offer').length).toBeGreaterThan(1)
    expect(call.isOver()).toBe(false)

    call.run(1_000, 5_000)
    expect(end(call)).toMatchObject([{ by: 'system', reason: 'network' }])
  })

  test('is restarted once, however often that was wanted while nobody could be asked', () => {
    const call = startCall()

    call.run(...connected, 'connection.lost', 'leg.path.interrupted', 25_000, 'connection.restored', 'leg.verified')

    expect(call.said('leg', 'offer')).toMatchObject([{ terms: { restarts: 1 } }])
  })

  test('is only waited for where nothing can be renegotiated', () => {
    const call = startCall({ capabilities: { ...everything, renegotiate: false } })

    call.run(...connected, 'leg.path.failed', 29_999)
    expect(sent(call)).toEqual(['dial'])

    call.run('leg.path.connected', 60_000)
    expect(call.isOver()).toBe(false)
  })

  test('that connected before the call was answered needs no proof after it', () => {
    const call = startCall()

    call.run('media.ready', 'leg.ringing', 'leg.path.connected', 'leg.answered', 60_000)

    expect(call.said('tells', 'path.connected')).toHaveLength(1)
    expect(call.isOver()).toBe(false)
  })
})
