import * as fc from 'fast-check'
import { settled } from '../../engine/support/desk.ts'
import type { FullDesk } from './full-desk.ts'
import type { Mood } from './peer.ts'

/** How far the call has come before anything else happens to it. */
export const openings = [
  'is placed',
  'is placed with video',
  'is placed, if the user allows',
  'rings here',
  'rings here with video',
  'talks',
  'shows pictures'
] as const
export type Opening = (typeof openings)[number] | 'goes on'

/** What we ask of the call. */
const commands = {
  'we answer': ({ call }) => call.answer(),
  'we answer with video': ({ call }) => call.answer({ media: { audio: true, video: true } }),
  'we hold': ({ call }) => call.hold(),
  'we resume': ({ call }) => call.resume(),
  'we mute': ({ call }) => call.mute(),
  'we unmute': ({ call }) => call.unmute(),
  'we press keys': ({ call }) => call.dtmf('12'),
  'we show ourselves': ({ call }) => call.enableVideo(),
  'we show the screen': ({ call }) => call.enableVideo('screen'),
  'we only look': ({ call }) => call.enableVideo('receive'),
  'we stop video': ({ call }) => call.disableVideo(),
  'we want no video': ({ call }) => call.refuseVideo(),
  'we cover the camera': ({ call }) => call.muteCamera(),
  'we uncover the camera': ({ call }) => call.unmuteCamera(),
  'we record': (desk) => desk.record(),
  'we have it recorded': ({ call }) => call.record(),
  'we pause the recording': ({ call }) => call.pauseRecording(),
  'we go on recording': ({ call }) => call.resumeRecording(),
  'we stop recording': ({ call }) => call.stopRecording(),
  'we take the headset': ({ call }) => call.useMicrophone('headset'),
  'we take the desk microphone': ({ call }) => call.useMicrophone('desk'),
  'we transfer': ({ call }) => call.transfer('sip:carol@example.org'),
  'we hang up': ({ call }) => call.hangup()
} satisfies Record<string, (desk: FullDesk) => Promise<unknown>>

const moods = {
  'they refuse the next offer': 'refuses',
  'they offer as we do': 'collides',
  'they leave the next offer': 'says nothing',
  'they take the next offer unheard': 'takes it unheard',
  'they will not be held': 'takes no hold',
  'they take no video': 'takes no video',
  'they take video later': 'takes video later'
} as const satisfies Record<string, Mood>

const happenings = {
  'they ring': ({ peer }) => peer.says('leg.ringing'),
  'they answer': ({ peer }) => peer.answer(),
  'they offer': ({ peer }) => peer.offers(),
  'they offer to hold': ({ peer }) => peer.offers({ holds: true }),
  'they offer video': ({ peer }) => peer.offers({ video: 'on' }),
  'they offer to be seen': ({ peer }) => peer.offers({ video: 'receive' }),
  'they stop video': ({ peer }) => peer.offers({ video: 'off' }),
  'they are heard': ({ peer }) => peer.plays(),
  'whom they called is busy': ({ peer }) => peer.referFails(),
  'media stops': ({ peer }) => peer.says('leg.path.interrupted'),
  'media flows': ({ peer }) => peer.says('leg.path.connected'),
  'the headset is unplugged': ({ room }) => room.unplug('headset'),
  'the desk microphone is unplugged': ({ room }) => room.unplug('desk'),
  'both microphones are there': ({ room }) => room.plug('desk', 'headset'),
  'the camera is unplugged': ({ room }) => room.unplugCamera(),
  'the camera is there': ({ room }) => (room.hasCamera = true),
  'what is shown is ended by the browser': ({ room }) => room.endCameras(),
  'the browser asks first': ({ room }) => (room.mode = 'waits'),
  'the browser refuses': ({ room }) => (room.mode = { refuses: 'NotAllowedError' }),
  'the browser grants': ({ room }) => (room.mode = 'grants'),
  'the user says yes': ({ room }) => room.requests.shift()?.grant(),
  'the user says no': ({ room }) => room.requests.shift()?.refuse('NotAllowedError'),
  'the tape hangs': ({ tapes }) => tapes.forEach((tape) => (tape.mode = 'hangs')),
  'the tape jams': ({ tapes }) => tapes.forEach((tape) => (tape.mode = 'fails')),
  'the tape works': ({ tapes }) => tapes.forEach((tape) => (tape.mode = 'works')),
  'the tape is full': ({ tapes }) => tapes.at(-1)?.lose(),
  'the connection is lost': ({ transport }) => transport.close(),
  'a moment': (desk) => desk.pass(500),
  seconds: (desk) => desk.pass(5_000),
  'half a minute': (desk) => desk.pass(33_000, 1_000)
} satisfies Record<string, (desk: FullDesk) => unknown>

const endings = {
  'they hang up': ({ peer }) => peer.says('leg.ended'),
  'the adapter fails': ({ peer }) => peer.leg.subject.error(new Error('Broken')),
  'the adapter throws': ({ peer }) => {
    peer.leg.onSend = () => {
      throw new Error('Out of order')
    }
  }
} satisfies Record<string, (desk: FullDesk) => unknown>

type Command = keyof typeof commands
export type FullStep = Command | keyof typeof moods | keyof typeof happenings | keyof typeof endings

const given = Object.keys(commands) as Command[]
/** Their leaving the path broken would end a call. */
const peaceful: FullStep[] = [
  ...given.filter((name) => name !== 'we hang up'),
  ...(Object.keys(moods) as FullStep[]),
  ...(Object.keys(happenings) as FullStep[]).filter((name) => name !== 'media stops')
]

/** What stories are about; each is about one to three of these, or what is seldom would never meet what is seldom. */
const subjects = {
  hold: /we (hold|resume)|they (offer to hold|will not|refuse|leave|take the)|are heard/,
  video: /we (show|only look|stop video|want no|cover|uncover)|they (offer|stop|take)|is shown|camera/,
  permission: /the (browser|user)|we (answer|show ourselves|take)/,
  microphones: /microphone|headset|we (mute|unmute)|seconds/,
  recording: /record|tape|are heard/,
  'a transfer': /transfer|whom they called|we (hold|resume)/,
  connection: /connection|media|seconds/
}
const about = fc
  .subarray(Object.values(subjects), { minLength: 1, maxLength: 3 })
  .map((words) => words.map((word) => fc.constantFrom(...peaceful.filter((name) => word.test(name)))))

/** Anything but what ends a call. */
export const peacefulSteps = about.chain((words) =>
  fc.array(
    fc.oneof(...words, ...words, ...words, fc.constantFrom<FullStep>(...peaceful), fc.constant<FullStep>('a moment')),
    { maxLength: 16, size: 'medium' }
  )
)

/** Anything at all. */
export const anySteps = about.chain((words) =>
  fc.array(
    fc.oneof(
      ...words.map((arbitrary) => ({ weight: 8, arbitrary })),
      { weight: 4, arbitrary: fc.constantFrom<FullStep>(...peaceful, 'media stops') },
      { weight: 2, arbitrary: fc.constantFrom<FullStep>('a moment', 'seconds') },
      { weight: 1, arbitrary: fc.constantFrom<FullStep>('we hang up', ...(Object.keys(endings) as FullStep[])) }
    ),
    { maxLength: 16, size: 'medium' }
  )
)

/** Opens a call and lets one thing happen after the other; `look` is asked after each. */
export async function perform(desk: FullDesk, opening: Opening, steps: readonly FullStep[], look?: () => void) {
  await begin(desk, opening)
  look?.()
  for (const each of steps) {
    await happen(desk, each)
    look?.()
  }
}

export async function happen(desk: FullDesk, step: FullStep) {
  if (isIn(commands, step)) desk.give(step, () => commands[step](desk))
  else if (isIn(moods, step)) desk.peer.moods.push(moods[step])
  else if (isIn(happenings, step)) await (happenings[step](desk) as unknown)
  else endings[step](desk)
  await settled()
}

async function begin(desk: FullDesk, opening: Opening) {
  if (opening === 'goes on') return
  if (opening === 'rings here' || opening === 'rings here with video') return desk.ring(opening !== 'rings here')
  if (opening === 'is placed, if the user allows') desk.room.mode = 'waits'
  await desk.dial(opening === 'is placed with video' || opening === 'shows pictures')
  if (opening === 'talks' || opening === 'shows pictures') desk.peer.answer()
  await settled()
}

function isIn<T extends object>(words: T, step: PropertyKey): step is keyof T {
  return Object.hasOwn(words, step)
}
