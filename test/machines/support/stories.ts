import { fc } from '@fast-check/vitest'
import type { CallInput, Capabilities } from '../../../machines/index.ts'
import { vi } from 'vitest'
import { startCall } from './bench.ts'
import type { StartedCall, Step } from './bench.ts'
import { everything, incoming, nothing, outgoing } from './grounds.ts'
import { seeded, withRandom } from './random.ts'
import { callSamples } from './samples.ts'

// a long night is longer than vitest's patience
vi.setConfig({ testTimeout: 600_000 })

/** How often a property is tried; `CALLCHART_RUNS=2000` for a long night. */
export const runs = { numRuns: Number(process.env['CALLCHART_RUNS'] ?? 150) }

/** What a generated call is: short words and numbers only, so that a counterexample reads as a story. */
export interface Story {
  readonly direction: CallInput['direction']
  readonly provider: keyof typeof providers
  readonly begins: 'at the start' | 'established'
  readonly steps: readonly Step[]
  readonly seed: number
}

const providers = {
  'has everything': everything,
  'has nothing': nothing,
  'has no hold': { ...everything, hold: false },
  'has hold alone': { ...everything, renegotiate: false }
} satisfies Record<string, Capabilities>

const establishing = {
  outgoing: ['media.ready', 'leg.ringing', 'leg.answered', 'leg.path.connected'],
  incoming: ['answer', 'media.ready', 'leg.answered', 'leg.path.connected']
} satisfies Record<CallInput['direction'], readonly Step[]>

const names = Object.entries(callSamples).flatMap(([type, kinds]) =>
  Object.keys(kinds).map((kind) => (kind === '' ? type : `${type} (${kind})`))
)
const internal = /^(negotiation|network|call|signalling)\./
const ending =
  /^((leg\.refer|handover|referral)\.succeeded|hangup|abandon|leg\.ended|leg\.failed|leg\.rejected|leg\.cancelled|leg\.gone)/

const common = names.filter((name) => !internal.test(name) && !ending.test(name))
const fatal = names.filter((name) => ending.test(name) && name !== 'hangup')
const negotiating = common.filter((name) => /^(hold|resume|leg\.offer\..*)/.test(name))

const waits = fc.oneof(
  fc.constantFrom(0, 10, 100, 170, 500, 2_000, 2_500, 5_000, 8_000, 10_000, 31_990, 32_000, 60_000),
  fc.integer({ min: 1, max: 40_000 })
)

/**
 * What stories are about. Of all that can happen each has some, and that often: what two things do to each other is hardly
 * ever seen where a hundred others come between them.
 */
const subjects = {
  connection: common.filter((name) => /^(connection\.|leg\.verified)/.test(name)),
  path: common.filter((name) => /^(leg\.path\.|network\.changed|wake)/.test(name)),
  video: common.filter((name) => /video|camera/i.test(name)),
  transfer: common.filter((name) => /transfer|consult|refer|handover/i.test(name)),
  recording: common.filter((name) => /record/i.test(name)),
  digits: common.filter((name) => /dtmf|mute/.test(name)),
  answering: common.filter((name) => /^(answer|media\.(ready|failed)|leg\.(ringing|answered))/.test(name))
} satisfies Record<string, readonly string[]>

type Subject = keyof typeof subjects

/** One to three of these, each as often as the other. */
function about(...possible: readonly Subject[]): fc.Arbitrary<fc.Arbitrary<Step>> {
  const chosen = fc.subarray([...possible], { minLength: 1, maxLength: 3 })
  return chosen.map((names) => fc.oneof(...names.map((name) => fc.constantFrom<Step>(...subjects[name]))))
}

const anyStep = (ofSubject: fc.Arbitrary<Step>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 20, arbitrary: ofSubject },
    { weight: 6, arbitrary: fc.constantFrom<Step>('hold', 'resume') },
    { weight: 8, arbitrary: fc.constantFrom<Step>(...negotiating) },
    { weight: 6, arbitrary: fc.constantFrom<Step>(...common) },
    { weight: 4, arbitrary: fc.constantFrom<Step>('dtmf', 'leg.dtmf.sent', 'mute', 'unmute') },
    { weight: 10, arbitrary: waits },
    { weight: 1, arbitrary: fc.constantFrom<Step>(...fatal, 'hangup') }
  )

function stories(step: fc.Arbitrary<Step>, begins: fc.Arbitrary<Story['begins']>, maxLength = 45): fc.Arbitrary<Story> {
  return fc.record({
    direction: fc.constantFrom<Story['direction']>('outgoing', 'incoming'),
    provider: fc.constantFrom<Story['provider']>(
      'has everything',
      'has everything',
      'has nothing',
      'has no hold',
      'has hold alone'
    ),
    begins,
    // left to itself fast-check makes ten steps at most
    steps: fc.array(step, { maxLength, size: 'medium' }),
    seed: fc.nat()
  })
}

const anywhere = fc.constantFrom<Story['begins']>('established', 'established', 'at the start')
const established = fc.constant<Story['begins']>('established')

/** Anything at all. */
export const anyStory = about(...(Object.keys(subjects) as Subject[])).chain((ofSubject) =>
  stories(anyStep(ofSubject), anywhere)
)

/** A call whose connection comes and goes, and one more thing. */
export const cutStory = fc
  .constantFrom(...(Object.keys(subjects) as Subject[]))
  .chain((other) =>
    stories(
      fc.oneof(
        { weight: 2, arbitrary: anyStep(fc.constantFrom<Step>(...subjects[other])) },
        fc.constantFrom<Step>('connection.lost', ...subjects.connection)
      ),
      established
    )
  )

/** A call that is not answered yet by both sides, and may never be. */
export const earlyStory = stories(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Step>(...subjects.answering) },
    { weight: 3, arbitrary: fc.constantFrom<Step>('media.ready', 'leg.ringing', 'answer', 'mute', 'reject', 'hangup') },
    { weight: 1, arbitrary: fc.constantFrom<Step>(...common) },
    { weight: 1, arbitrary: waits }
  ),
  fc.constant<Story['begins']>('at the start'),
  6
)

/** Anything that does not end a call, and no trouble with its path or its connection. */
export const peacefulStory = about('video', 'transfer', 'recording', 'digits').chain((ofSubject) =>
  stories(
    fc.oneof(
      ofSubject,
      fc.constantFrom<Step>('hold', 'resume'),
      fc.constantFrom<Step>(...negotiating),
      fc.constantFrom<Step>(...common.filter((name) => !/^(connection\.|leg\.path\.|leg\.verified)/.test(name))),
      waits
    ),
    established
  )
)

/** Mostly digits, told sent, failed or nothing. */
export const dialledStory = stories(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>('dtmf') },
    { weight: 6, arbitrary: fc.constantFrom<Step>('leg.dtmf.sent', 'leg.dtmf.sent (stale)', 'leg.dtmf.failed') },
    { weight: 6, arbitrary: fc.constantFrom<Step>(170, 170, 100, 2_000, 5_000) },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Step>(...negotiating, 'connection.lost', 'connection.restored', 'leg.verified')
    }
  ),
  established
)

/** Plays a story, with the dice its seed gives. `during` sees the call before its first step. */
export function play(
  { direction, provider, begins, steps, seed }: Story,
  during?: (call: StartedCall) => void
): StartedCall {
  return withRandom(seeded(seed), () => {
    const call = startCall({ ...(direction === 'outgoing' ? outgoing : incoming), capabilities: providers[provider] })
    during?.(call)
    if (begins === 'established') call.run(...establishing[direction])
    call.run(...steps)
    return call
  })
}
