/**
 * Networks, servers and the relays of media that come and go at random while two real browsers talk. `CALLCHART_SEED=7` plays
 * other scripts than the usual ones, `CALLCHART_RUNS=10` more of them.
 */
import type { Browser } from 'playwright'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Policy } from '../../src/index.ts'
import { sharedBrowser } from '../support/browser.ts'
import type { Phone, PhoneShop } from '../support/browser/phones.ts'
import { createPhoneShop } from '../support/browser/phones.ts'
import type { KamailioServer } from '../support/browser/server.ts'
import { serverOnKamailio } from '../support/browser/server.ts'
import type { Scene, Trouble } from '../support/browser/troubles.ts'
import { bothTroubles, heal, mediaTroubles, play, troubles } from '../support/browser/troubles.ts'
import { describeWith } from '../support/needing.ts'
import type { Turn } from '../support/turn.ts'
import { startTurn } from '../support/turn.ts'
import { until } from '../support/until.ts'

const seed = Number(process.env['CALLCHART_SEED'] ?? 20_260_501)
/** Of each pair: all pairs together play three times as many. */
const numRuns = Number(process.env['CALLCHART_RUNS'] ?? 7)
const pairs = [0, 1, 2]
/** A script that fails is made shorter as long as there is time. */
const limitsOf = (count: number) => ({
  numRuns: count,
  interruptAfterTimeLimit: 30_000 + count * 50_000,
  markInterruptAsFailure: true,
  includeErrorInReport: true
})

/** As usual, but nobody waits a minute. */
const policy: Policy = {
  backoff: { initialDelay: 100, maxDelay: 400, jitter: 'none' },
  registrationBackoff: { initialDelay: 100, maxDelay: 400, jitter: 'none' },
  deadlines: {
    signallingGrace: 6_000,
    mediaGrace: 6_000,
    verifyDeadline: 2_000,
    offerDeadline: 3_000,
    restartDelay: 500,
    connectDeadline: 4_000
  }
}
/** Time enough for several restarts of ICE: those that begin in the dark fail. */
const patient: Policy = { ...policy, deadlines: { ...policy.deadlines, mediaGrace: 20_000, restartDeadline: 4_000 } }
/** A dead connection is noticed after 11 seconds and opening another may take 10; then come the graces. */
const within = 35_000

interface Kind {
  readonly scripts: fc.Arbitrary<readonly Trouble[]>
  readonly part: number
  /** All media goes through a relay, which can be broken. */
  readonly isRelayed: boolean
  /** What is broken is whole again before any grace is over. */
  readonly goesOn: boolean
}

const kinds: readonly Kind[] = [
  { scripts: troubles, part: 1 / 2, isRelayed: false, goesOn: false },
  { scripts: mediaTroubles, part: 1 / 4, isRelayed: true, goesOn: true },
  { scripts: bothTroubles, part: 1 / 4, isRelayed: true, goesOn: false }
]

interface Pair {
  readonly server: KamailioServer
  readonly relay: Turn
  readonly shop: PhoneShop
}

describeWith(['chromium', 'kamailio', 'coturn'], 'two browsers whose networks and servers come and go', () => {
  let browser: Browser
  let stages: readonly Pair[]
  beforeAll(async () => {
    browser = await sharedBrowser()
    stages = await Promise.all(
      pairs.map(async () => {
        const [server, relay] = await Promise.all([serverOnKamailio(), startTurn()])
        return {
          server,
          relay,
          shop: createPhoneShop(
            () => browser,
            () => server
          )
        }
      })
    )
  })
  afterAll(async () => {
    await Promise.all(stages.flatMap(({ server, relay }) => [server.stop(), relay.stop()]))
  })

  test(
    'hear each other again or are told why not, and can call each other anew',
    { timeout: 150_000 + numRuns * 60_000 },
    async () => {
      const outcomes: string[] = []
      // side by side, each pair with servers of its own
      const told = await Promise.allSettled(
        stages.map(async (stage, index) => {
          for (const kind of kinds) {
            const property = fc.asyncProperty(kind.scripts, async (script) => {
              outcomes.push(await survive(stage, script, kind))
            })
            await fc.assert(property, { ...limitsOf(Math.ceil(numRuns * kind.part)), seed: seed + index })
          }
        })
      )

      const faults = told.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
      expect(faults).toEqual([])
      expect(outcomes.length).toBeGreaterThanOrEqual(pairs.length * numRuns)
      // scripts that end every call would prove little
      expect(outcomes).toContain('talking')
    }
  )
})

/** Plays one script in one call, and looks at what has become of it. */
async function survive(
  { server, relay, shop }: Pair,
  script: readonly Trouble[],
  { isRelayed, goesOn }: Kind
): Promise<'talking' | 'ended'> {
  const rtcConfiguration = { iceServers: [relay.iceServer], iceTransportPolicy: 'relay' as const }
  const options = { policy: goesOn ? patient : policy, ...(isRelayed ? { sip: { rtcConfiguration } } : {}) }
  const phones = await Promise.all([shop.open('alice', options), shop.open('bob', options)])
  const [caller, callee] = phones
  const scene = { server, relay, caller, callee }
  let hasFailed = true
  try {
    await Promise.all(phones.map((phone) => phone.connect()))
    await call(scene)

    await play(scene, script)
    await heal(scene, script)
    const outcome = await until(() => outcomeOf(phones), { within, what: 'the end of the call, or sound both ways' })
    expect(goesOn ? outcome : 'talking').toBe('talking')
    // nobody has hung up: whoever ended it did so for want of a network
    expect(outcome === 'ended' ? await reasonsOf(phones) : ['system network']).toContain('system network')
    if (outcome === 'talking') await hangup(scene)
    for (const phone of phones) {
      expect(await endsOf(phone)).toHaveLength(1)
      expect(unproven(await phone.history('signalling'))).toBe(0)
    }

    await until(() => callAnew(scene), { within, every: 200, what: 'another call' })
    await hangup(scene)
    hasFailed = false
    return outcome
  } finally {
    if (hasFailed) await heal(scene, script)
    await shop.putAway(phones, hasFailed)
  }
}

async function call({ caller, callee }: Scene): Promise<void> {
  await caller.dial(callee)
  await callee.shows({ status: 'ringing' })
  await callee.answer()
  await talk([caller, callee])
}

async function talk(phones: readonly Phone[]): Promise<void> {
  await Promise.all(phones.map((phone) => phone.shows({ status: 'established', path: 'connected' })))
  await Promise.all(phones.map((phone) => phone.flows({ in: 'sound', out: 'packets' })))
}

async function hangup({ caller, callee }: Scene): Promise<void> {
  await caller.hangup()
  for (const phone of [caller, callee]) await phone.shows({ status: 'ended' }, { within })
}

/** What both sides agree on, or null while they do not. */
async function outcomeOf(phones: readonly Phone[]): Promise<'talking' | 'ended' | null> {
  const views = await Promise.all(phones.map(({ page }) => page.evaluate(() => window.phone.call.state)))
  if (views.every(({ status, end }) => status === 'ended' && end !== null)) return 'ended'
  const stands = views.every(
    ({ status, path, signalling, negotiation }) =>
      status === 'established' && path === 'connected' && signalling === 'attached' && negotiation === 'stable'
  )
  if (!stands) return null
  const flows = await Promise.all(phones.map(({ page }) => page.flow({ window: 600 })))
  return flows.every(({ audioIn, audioOut, energy }) => audioIn > 5 && audioOut > 5 && energy > 0.003)
    ? 'talking'
    : null
}

async function reasonsOf(phones: readonly Phone[]): Promise<readonly string[]> {
  return Promise.all(
    phones.map(({ page }) =>
      page.evaluate(() => {
        const { end } = window.phone.call.state
        return `${end?.by} ${end?.reason}`
      })
    )
  )
}

/** How often it was believed without a question that the call is still there. */
function unproven(history: readonly (string | null)[]): number {
  return history.filter((state, index) => state === 'attached' && history[index - 1] === 'detached').length
}

/** The ids of the calls that have been told as ended, each as often as it was. */
async function endsOf(phone: Phone): Promise<readonly (string | null)[]> {
  return (await phone.facts()).flatMap(({ call: id, event }) => (event.type === 'call.ended' ? [id] : []))
}

/** As a person does it: dial, and dial again when nothing rings. */
async function callAnew(scene: Scene): Promise<boolean> {
  const { caller, callee } = scene
  const before = await callee.calls()
  try {
    await caller.dial(callee)
  } catch {
    return false // not connected yet
  }
  const isThere = () => callee.page.evaluate((count) => window.phone.calls.length > count, before)
  try {
    await until(isThere, { within: 2_000, what: 'the ringing' })
  } catch {
    await caller.hangup()
    return false
  }
  try {
    await callee.answer()
  } catch (error) {
    // that the callee is out of reach may be found out only now; nothing else may keep it from answering
    if (!String(error).includes('call.ended: The call is over: network')) throw error
    await caller.hangup()
    return false
  }
  await talk([caller, callee])
  return true
}
