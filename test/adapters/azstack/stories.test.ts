import { fc } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import type { LegEvent } from '../../../machines/index.ts'
import { openWire } from './support/wire.ts'

const ends: readonly LegEvent['type'][] = ['leg.ended', 'leg.rejected', 'leg.cancelled', 'leg.failed']
/** The last words of each kind of call, and the statuses in them that are such. */
const farewells = { 502: null, 506: [486, 403, 702, 700], 188: [400, 600, 603, 700] } as const

const services = [503, 504, 505, 506, 508, 610, 186, 187, 188, 199, 601, 509, 162, 29, 105, 4242]
const codes = [100, 180, 183, 200, 299, 400, 402, 403, 404, 480, 486, 600, 603, 700, 702, -1, 0]

/** What the service says: of this call, mostly, and mostly well-formed. */
const packet = fc.record({
  kind: fc.constant('packet' as const),
  service: fc.constantFrom(...services),
  isOurs: fc.integer({ min: 0, max: 5 }).map((number) => number > 0),
  code: fc.oneof(fc.constantFrom(...codes), fc.constantFrom<unknown>('200', null, undefined, 1e300)),
  sdp: fc.constantFrom<unknown>('v=0', 'broken', '', 7, undefined),
  type: fc.constantFrom(1, 2, 3)
})
const command = fc.record({
  kind: fc.constant('command' as const),
  type: fc.constantFrom('answer' as const, 'hangup' as const, 'reject' as const, 'verify' as const, 'dispose' as const)
})
const pause = fc.constant({ kind: 'pause' as const })
const story = fc.array(fc.oneof({ weight: 5, arbitrary: packet }, { weight: 2, arbitrary: command }, pause), {
  maxLength: 25
})

const ids = {
  '84901': 'call-1',
  'user:1001': 'call-1',
  callin: 'azstack-900',
  'free callin': 'azstack-1001-900'
} as const
const beginnings = Object.keys(ids) as (keyof typeof ids)[]

const settled = () => new Promise((resolve) => setImmediate(resolve))

test(
  'whatever is said about a call, in whatever order: it ends once, says goodbye once, and nothing throws',
  { timeout: 60_000 },
  async () => {
    const property = fc.asyncProperty(fc.constantFrom(...beginnings), story, async (beginning, steps) => {
      const wire = await openWire()
      const { transport, sent } = wire
      let callId: unknown = 900
      const from = 1001
      if (beginning === 'callin') wire.tell(505, { callId, callType: 2, from: '1', to: '2', sdp_candidate: 'v=0' })
      if (beginning === 'free callin')
        wire.tell(186, { callId, mediaType: 1, from, to: 7, sdp: { type: 'offer', sdp: 'v=0' } })
      const id = ids[beginning]
      const leg = transport.leg(id)
      const told: LegEvent['type'][] = []
      leg.events.subscribe(({ type }) => {
        told.push(type)
        // as an engine does
        if (ends.includes(type)) leg.dispose()
      })
      if (id === 'call-1') leg.send({ type: 'dial', target: beginning })
      await settled()
      callId = sent.find(({ service }) => service === 500 || service === 186)?.body['callId'] ?? callId

      for (const step of steps) {
        if (step.kind === 'pause') await settled()
        else if (step.kind === 'packet') {
          const { service, isOurs, code, sdp, type } = step
          const data =
            type === 1
              ? { type: 'answer', sdp }
              : { sdpMid: '0', sdpMLineIndex: 0, sdp: sdp === 'v=0' ? 'candidate:1' : sdp }
          const status = { code, status: code, chargingError: code }
          const about = { callId: isOurs ? callId : 1, from: service >= 500 ? '1' : from, to: service >= 500 ? '2' : 7 }
          wire.tell(service, { ...about, ...status, callType: 2, type, data, sdp_candidate: sdp })
        } else if (step.type === 'dispose') leg.dispose()
        else if (step.type === 'reject') leg.send({ type: 'reject', reason: 'declined' })
        else leg.send({ type: step.type, attempt: 1 })
      }
      await settled()
      leg.dispose()
      await settled()

      const mine = sent.filter(({ body }) => body['callId'] === callId)
      const goodbyes = mine.filter(({ service, body }) => {
        const statuses = farewells[service as keyof typeof farewells]
        return statuses === null || statuses?.some((status) => status === (body['code'] ?? body['status']))
      })
      expect(goodbyes.length).toBeLessThanOrEqual(1)
      const end = told.findIndex((type) => ends.includes(type))
      expect(end === -1 ? [] : told.slice(end + 1)).toEqual([])
      expect(told.filter((type) => type === 'leg.answered').length).toBeLessThanOrEqual(1)
      transport.dispose()
    })

    await fc.assert(property, { numRuns: 300 })
  }
)
