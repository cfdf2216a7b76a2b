import { describe, expect, test } from 'vitest'
import type { EventObject } from 'xstate'
import {
  callGround,
  captureGround,
  conferenceGround,
  connectionGround,
  registrationGround,
  switchboardGround
} from './support/grounds.ts'
import { survey } from './support/survey.ts'
import type { SwitchboardContext } from '../../machines/index.ts'
import type { Effect, Move } from './support/survey.ts'
import { table } from './support/table.ts'
import type { Region } from './support/table.ts'

/**
 * Every cell of state × event, as the machines answer it today. The tables are read by people: whoever changes one says
 * in the commit why the new answer is right.
 */
describe('What happens at every event in every state is written down', () => {
  const all: Pick<Region, 'path' | 'owns'> = { path: [], owns: () => true }

  test('for the connection', async () => {
    const text = table({ name: 'connection', ...all }, connectionGround, survey(connectionGround))

    await expect(`${text}\n`).toMatchFileSnapshot('tables/connection.txt')
  })

  test('for the registration', async () => {
    const text = table({ name: 'registration', ...all }, registrationGround, survey(registrationGround))

    await expect(`${text}\n`).toMatchFileSnapshot('tables/registration.txt')
  })

  test('for each region of the switchboard', { timeout: 600_000 }, async () => {
    const surveyed = { visits: [], moves: survey(switchboardGround).moves.map(withRoles) }
    const regions = Object.keys(boardWords).map((name) => boardRegion(name))

    const text = regions.map((region) => table(region, switchboardGround, surveyed)).join('\n\n\n')

    await expect(`${text}\n`).toMatchFileSnapshot('tables/switchboard.txt')
  })

  test('for a conference', async () => {
    const text = table({ name: 'conference', ...all }, conferenceGround, survey(conferenceGround))

    await expect(`${text}\n`).toMatchFileSnapshot('tables/conference.txt')
  })

  test('for the microphone of a call', async () => {
    const text = table({ name: 'capture', ...all }, captureGround, survey(captureGround))

    await expect(`${text}\n`).toMatchFileSnapshot('tables/capture.txt')
  })

  test('for each region of a call', { timeout: 120_000 }, async () => {
    const surveyed = survey(callGround)

    const text = callRegions.map((region) => table(region, callGround, surveyed)).join('\n\n\n')

    await expect(`${text}\n`).toMatchFileSnapshot('tables/call.txt')
  })
})

/** Which region of a call a command, a fact or a note belongs to: the first whose words it is said in. */
const words: Readonly<Record<string, (effect: Effect, cause: EventObject) => boolean>> = {
  negotiation: ({ to, event }, { type }) =>
    ['offer', 'accept', 'refuse', 'abandon'].includes(event.type) || (to === 'notes' && type.startsWith('leg.offer.')),
  'hold.local': ({ to, event }) =>
    (to === 'media' && event.type === 'hold') || /^(hold|resume)\.(held|resumed|failed)$/.test(event.type),
  'hold.remote': ({ event }) => event.type === 'hold.remote',
  'video.local': ({ event }) => /^(video\.(enabled|disabled|failed)|open-camera|close-camera)$/.test(event.type),
  'video.remote': ({ event }) => event.type === 'video.remote',
  'video.wish': ({ event }) => /^video\.(wished|wish-over|refused)$/.test(event.type),
  camera: ({ event }) => event.type.startsWith('camera.') || event.type === 'mute-camera',
  path: ({ event }) => event.type.startsWith('path.'),
  signalling: ({ to, event }, { type }) =>
    event.type === 'verify' ||
    event.type.startsWith('signalling.') ||
    (to === 'notes' && ['leg.verified', 'leg.gone'].includes(type)),
  dtmf: ({ to, event }, { type }) =>
    (event.type.startsWith('dtmf') && event.type !== 'dtmf.received') ||
    (to === 'notes' && (event.type === 'digits' || type.startsWith('leg.dtmf.'))),
  referral: ({ event, to }, { type }) =>
    event.type === 'report' ||
    /^transfer\.(asked|declined|followed)$/.test(event.type) ||
    (to === 'notes' && type.startsWith('referral.')),
  transfer: ({ to, event }, { type }) =>
    event.type === 'refer' ||
    /^(transfer|consult)\./.test(event.type) ||
    (to === 'notes' && /^(leg\.refer\.|handover|consultation|transfer|consult)/.test(type)),
  recording: ({ to, event }) =>
    event.type === 'record' || event.type.startsWith('recording.') || (to === 'notes' && event.type === 'recording'),
  microphone: ({ event }) => event.type === 'mute' || event.type.startsWith('microphone.'),
  progress: () => true
}

function owner(effect: Effect, cause: EventObject) {
  return Object.keys(words).find((region) => words[region]?.(effect, cause))
}

function callRegion(name: string, path: string, without: readonly string[] = []): Region {
  const owns: Region['owns'] = (effect, cause) => owner(effect, cause) === name
  return { name, path: path.split('.'), without, owns, ...(name !== 'progress' && { ends: 'with its parent' }) }
}

const callRegions: readonly Region[] = [
  callRegion('progress', 'progress', ['established']),
  callRegion('negotiation', 'progress.established.negotiation'),
  callRegion('hold.local', 'progress.established.hold.local'),
  callRegion('hold.remote', 'progress.established.hold.remote'),
  callRegion('video.local', 'progress.established.video.local'),
  callRegion('video.remote', 'progress.established.video.remote'),
  callRegion('video.wish', 'progress.established.video.wish'),
  callRegion('path', 'progress.established.path'),
  callRegion('signalling', 'progress.established.signalling'),
  callRegion('dtmf', 'progress.established.dtmf'),
  callRegion('transfer', 'progress.established.transfer'),
  callRegion('referral', 'progress.established.referral'),
  callRegion('recording', 'progress.established.recording'),
  callRegion('microphone', 'microphone'),
  callRegion('camera', 'camera')
]

/** The same move, in which the calls go by what they are and not by their names. */
function withRoles(move: Move): Move {
  const { current, claim, meeting } = move.from.snapshot.context as SwitchboardContext
  const roleOf = (id: unknown) => {
    if (id === meeting?.ours) return 'ours'
    if (id === meeting?.theirs) return 'theirs'
    if (id === claim?.call) return 'claimed'
    if (id === current) return 'current'
    return 'call' in move.event && id === move.event['call'] ? 'it' : 'other'
  }
  const effects = move.effects.map(({ to, event: { type, ...detail } }) => {
    const named = Object.entries(detail).filter(([name]) => !['attention', 'from', 'like'].includes(name))
    const roles = named.map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.map(roleOf).join(' and ')]
      return [name, /^(call|ours|theirs)$/.test(name) ? roleOf(value) : value]
    })
    return { to, event: { type, ...Object.fromEntries(roles) } }
  })
  return { ...move, effects }
}

/** What each region of the switchboard says to the calls. */
const boardWords: Readonly<Record<string, readonly string[]>> = {
  focus: ['grant', 'withdraw', 'hold', 'resume', 'arrange', 'switchboard.hold-failed'],
  door: ['ring', 'refuse', 'switchboard.refused', 'arrange'],
  meeting: ['ring', 'keep', 'show', 'answer', 'drop', 'replace', 'switchboard.met']
}

function boardRegion(name: string): Region {
  const words = boardWords[name] ?? []
  // both the door and the meeting let calls ring: the door those that come in, the meeting those it had kept
  const owns: Region['owns'] = ({ event }, { type }) =>
    words.includes(event.type) &&
    (event.type !== 'ring' || (type === 'call.incoming') === (name === 'door')) &&
    (event.type !== 'arrange' || (type === 'call.incoming') === (name === 'door'))
  return { name, path: [name], owns }
}
