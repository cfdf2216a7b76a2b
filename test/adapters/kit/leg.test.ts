/** What every call does, whatever its provider says of it. */
import { expect, test } from 'vitest'
import { ProviderLeg } from '../../../adapters/kit/index.ts'
import type { LegEvent } from '../../../machines/index.ts'
import { settled } from '../../engine/support/desk.ts'

test('a call ends once, and whoever disposes of it on hearing so makes it say nothing more', () => {
  const { leg, told } = plainLeg()
  leg.events.subscribe(({ type }) => type === 'leg.ended' && leg.dispose())

  leg.over({ by: 'remote', reason: 'hangup' })
  leg.over({ by: 'remote', reason: 'error' })

  expect(told).toEqual([{ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } }])
  expect([leg.said, leg.forgotten]).toEqual([[], 1])
})

test('what is to be done is done in turn, and not after the end', async () => {
  const { leg } = plainLeg()
  const done: string[] = []
  leg.enqueue(async () => {
    await Promise.resolve()
    done.push('first')
  })
  leg.enqueue(() => {
    done.push('second')
    leg.over({ by: 'remote', reason: 'hangup' })
  })
  leg.enqueue(() => void done.push('third'))

  await settled()

  expect(done).toEqual(['first', 'second'])
})

test('what cannot be done ends the call, and what comes after it is not tried', async () => {
  const { leg, told } = plainLeg()
  leg.enqueue(() => Promise.reject(new Error('no media')))
  leg.enqueue(() => leg.ringing())

  await settled()

  expect(told).toEqual([{ type: 'leg.ended', end: { by: 'system', reason: 'media', text: 'Error: no media' } }])
})

test('what a provider has no word for is refused, and nobody waits for an answer', () => {
  const { leg, told } = plainLeg()

  leg.send({ type: 'offer', attempt: 1, terms: { hold: false, video: 'off', restarts: 1 } })
  leg.send({ type: 'accept', hold: false })
  leg.send({ type: 'dtmf', attempt: 2, tone: '5', duration: 100 })
  leg.send({ type: 'abandon', attempt: 1 })
  leg.send({ type: 'microphone', live: false })
  leg.send({ type: 'refuse' })

  expect(told).toMatchObject([
    { type: 'leg.offer.refused', attempt: 1, glare: false, cause: { code: 'negotiation.rejected' } },
    { type: 'leg.offer.failed', cause: { code: 'negotiation.rejected' } },
    { type: 'leg.dtmf.failed', attempt: 2, cause: { code: 'dtmf.unsupported' } }
  ])
})

test.each([
  ['ours that rings there', false, false, 'leg.rejected'],
  ['ours that stands', false, true, 'leg.ended'],
  ['theirs that rings here', true, false, 'leg.ended'],
  ['theirs that stands', true, true, 'leg.ended']
])('a call of %s that the provider clears is told so', (_, isIncoming, isAnswered, type) => {
  const { leg, told } = plainLeg()
  leg.isIncoming = isIncoming
  if (isAnswered) leg.answered()

  leg.cleared({ by: 'remote', reason: 'busy' })

  expect(told.at(-1)?.type).toBe(type)
})

test('a call is answered once, and does not ring afterwards', () => {
  const { leg, told } = plainLeg()

  leg.ringing()
  leg.answered()
  leg.ringing(true)
  leg.answered()

  expect(told.map(({ type }) => type)).toEqual(['leg.ringing', 'leg.answered'])
})

function plainLeg() {
  const leg = new PlainLeg()
  const told: LegEvent[] = []
  leg.events.subscribe((event) => told.push(event))
  return { leg, told }
}

class PlainLeg extends ProviderLeg {
  readonly callId = 'known-to-the-provider'
  readonly said: string[] = []
  forgotten = 0

  constructor() {
    super('leg', { forget: () => void (this.forgotten += 1) })
  }

  connectionLost() {}

  protected dial() {}

  protected answer() {}

  protected reject() {}

  protected hangup() {}

  protected verify() {}

  protected leave() {
    if (!this.isOver) this.said.push('bye')
  }

  protected failed(error: unknown) {
    this.over({ by: 'system', reason: 'media', text: String(error) })
  }
}
