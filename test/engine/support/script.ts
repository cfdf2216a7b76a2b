import * as fc from 'fast-check'
import { CallError } from '../../../src/index.ts'
import type { Call, Engine } from '../../../src/index.ts'
import type { FailingClock } from './failing-clock.ts'
import type { FakeMediaDevices } from './fake-media.ts'
import type { FakeLeg, FakeTransport } from './fake-transport.ts'

/** One call and everybody who has a hand in it. */
export interface Scene {
  readonly engine: Engine
  readonly transport: FakeTransport
  readonly clock: FailingClock
  readonly devices: FakeMediaDevices
  readonly call: Call
  readonly leg: FakeLeg
  /** Every promise a command gave, and how often it has settled. */
  readonly promises: { readonly to: 'call' | 'engine'; readonly command: string; settlements: number }[]
  /** What should not have come of a command. */
  readonly faults: unknown[]
}

const commands = {
  answer: ({ call }: Scene) => call.answer(),
  reject: ({ call }: Scene) => call.reject(),
  hangup: ({ call }: Scene) => call.hangup(),
  hold: ({ call }: Scene) => call.hold(),
  resume: ({ call }: Scene) => call.resume(),
  mute: ({ call }: Scene) => call.mute(),
  unmute: ({ call }: Scene) => call.unmute(),
  digits: ({ call }: Scene) => call.dtmf('12'),
  'wait for the answer': ({ call }: Scene) => call.established(),
  'wait for the end': ({ call }: Scene) => call.ended(),
  connect: ({ engine }: Scene) => engine.connect(),
  disconnect: ({ engine }: Scene) => engine.disconnect()
}

const happenings = {
  'the microphone opens': ({ devices }: Scene) => devices.requests.shift()?.grant(),
  'the microphone is refused': ({ devices }: Scene) => devices.requests.shift()?.refuse('NotAllowedError'),
  rings: ({ leg }: Scene) => leg.emit({ type: 'leg.ringing', earlyMedia: true }),
  answers: ({ leg }: Scene) => leg.emit({ type: 'leg.answered' }),
  'media flows': ({ leg }: Scene) => leg.emit({ type: 'leg.path.connected' }),
  'media stops': ({ leg }: Scene) => leg.emit({ type: 'leg.path.interrupted' }),
  'the peer is heard': ({ leg }: Scene) => leg.plays(),
  'the peer rejects': ({ leg }: Scene) => leg.emit({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy' } }),
  'the peer cancels': ({ leg }: Scene) => leg.emit({ type: 'leg.cancelled', answeredElsewhere: false }),
  'the peer hangs up': ({ leg }: Scene) => leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } }),
  'the peer offers': ({ leg }: Scene) => leg.emit({ type: 'leg.offer.received' }),
  'our answer is taken': ({ leg }: Scene) => leg.emit({ type: 'leg.offer.answered', peerHolds: true }),
  'the peer agrees': ({ leg }: Scene) => {
    const offer = leg.sent('offer').at(-1)
    if (offer?.type === 'offer')
      leg.emit({ type: 'leg.offer.accepted', attempt: offer.attempt, granted: offer.terms, peerHolds: false })
  },
  'the peer refuses': ({ leg }: Scene) =>
    leg.emit({
      type: 'leg.offer.refused',
      attempt: leg.attempt('offer'),
      glare: false,
      cause: { code: 'negotiation.rejected', text: 'No' }
    }),
  'both offer': ({ leg }: Scene) =>
    leg.emit({
      type: 'leg.offer.refused',
      attempt: leg.attempt('offer'),
      glare: true,
      cause: { code: 'negotiation.glare', text: 'Both' }
    }),
  'a digit is out': ({ leg }: Scene) => leg.emit({ type: 'leg.dtmf.sent', attempt: leg.attempt('dtmf') }),
  'a digit fails': ({ leg }: Scene) =>
    leg.emit({ type: 'leg.dtmf.failed', attempt: leg.attempt('dtmf'), cause: { code: 'dtmf.failed', text: 'No' } }),
  'the call is known': ({ leg }: Scene) => leg.emit({ type: 'leg.verified', attempt: leg.attempt('verify') }),
  'the call is unknown': ({ leg }: Scene) => leg.emit({ type: 'leg.gone', attempt: leg.attempt('verify') }),
  'garbage arrives': ({ leg }: Scene) => leg.subject.next({ type: 'leg.ended', end: 7 } as never),
  'the connection is lost': ({ transport }: Scene) => transport.close(),
  'nobody answers a connect': ({ transport }: Scene) => transport.ignores.add('connect'),
  'connects are answered': ({ transport }: Scene) => transport.ignores.delete('connect'),
  'a moment passes': ({ clock }: Scene) => clock.increment(200),
  'seconds pass': ({ clock }: Scene) => clock.increment(5_000),
  'a minute passes': ({ clock }: Scene) => clock.increment(60_000)
}

/** What happens seldom: after it the call is over. */
const disasters = {
  'the adapter throws': ({ leg }: Scene) => {
    leg.onSend = () => {
      throw new Error('Out of order')
    }
  },
  'the adapter fails': ({ leg }: Scene) => leg.subject.error(new Error('Broken')),
  'the adapter lets go': ({ leg }: Scene) => leg.subject.complete(),
  'the clock breaks': ({ clock }: Scene) => {
    clock.isBroken = true
  },
  'the engine is disposed of': ({ engine }: Scene) => engine.dispose()
}

type Command = keyof typeof commands
type Happening = keyof typeof happenings
type Disaster = keyof typeof disasters

export type Step =
  | { readonly command: Command }
  /** The command is given by who hears the next thing that the call tells. */
  | { readonly commandInAnswer: Command }
  | { readonly happens: Happening }
  | { readonly breaks: Disaster }

const command = fc.constantFrom(...(Object.keys(commands) as Command[]))

/** One step of a script. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ command }) },
  { weight: 2, arbitrary: fc.record({ commandInAnswer: command }) },
  {
    weight: 16,
    arbitrary: fc.record({ happens: fc.constantFrom(...(Object.keys(happenings) as Happening[])) })
  },
  { weight: 1, arbitrary: fc.record({ breaks: fc.constantFrom(...(Object.keys(disasters) as Disaster[])) }) }
)

export function act(scene: Scene, step: Step) {
  if ('command' in step) give(scene, step.command)
  else if ('commandInAnswer' in step) giveInAnswer(scene, step.commandInAnswer)
  else if ('happens' in step) happenings[step.happens](scene)
  else disasters[step.breaks](scene)
}

function giveInAnswer(scene: Scene, name: Command) {
  const subscription = scene.call.events$.subscribe(() => {
    subscription.unsubscribe()
    give(scene, name)
  })
}

function give(scene: Scene, name: Command) {
  const to = name === 'connect' || name === 'disconnect' ? 'engine' : 'call'
  const promise: Scene['promises'][number] = { to, command: name, settlements: 0 }
  scene.promises.push(promise)
  const settle = (outcome: unknown) => {
    promise.settlements += 1
    if (outcome instanceof Error && !(outcome instanceof CallError)) scene.faults.push(outcome)
  }
  try {
    commands[name](scene).then(settle, settle)
  } catch (error) {
    scene.faults.push(error)
  }
}
