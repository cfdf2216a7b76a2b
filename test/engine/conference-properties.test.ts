import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDevices } from '../../src/index.ts'
import type { Call } from '../../src/index.ts'
import { settled } from './support/desk.ts'
import { FakeMediaDevices } from './support/fake-media.ts'
import type { FakeTrack } from './support/fake-media.ts'
import type { FakeLeg } from './support/fake-transport.ts'
import { setUpMeeting } from './support/meeting.ts'
import type { Peer } from './support/meeting.ts'

const which = fc.nat(3)
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('call' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), which, with: which }) },
  fc.record({
    do: fc.constantFrom(
      'leave',
      'hold',
      'resume',
      'mute',
      'unmute',
      'hangup',
      'far end hangs up',
      'far end refuses offers',
      'far end plays something else',
      'far end holds',
      'far end resumes',
      'microphone is lost'
    ),
    which
  }),
  fc.record({ do: fc.constant('another takes its place' as const), which, first: fc.boolean() }),
  fc.record({
    do: fc.constantFrom(
      'swap',
      'split',
      'end',
      'wait',
      'no sound',
      'no permission',
      'sound',
      'nothing can be mixed',
      'everything can be mixed',
      'sound is suspended',
      'sound is closed'
    )
  })
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

test('whatever becomes of a conference, everybody hears exactly the others, and nobody himself', async () => {
  const property = fc.asyncProperty(
    fc.boolean(),
    fc.constantFrom<'silence' | 'refuse'>('silence', 'refuse'),
    fc.array(step, { minLength: 3, maxLength: 30 }),
    fc.boolean(),
    async (autoHold, whenHoldFails, steps, hasOthers) => {
      const microphones = new FakeMediaDevices()
      // another microphone is taken where one is lost, or none
      const devices = hasOthers ? { devices: createDevices({ mediaDevices: microphones }) } : {}
      const meeting = await setUpMeeting(
        { calls: { autoHold, whenHoldFails } },
        { media: { mediaDevices: microphones }, ...devices }
      )
      const bench = { ...meeting, microphones, peers: [] as Peer[], open: new Set<string>() }

      for (const [index, each] of steps.entries()) {
        await act(bench, each, `${index}: ${JSON.stringify(each)}`)
        await settled()
        expectTruth(bench, autoHold)
      }

      await bench.engine.disconnect()
      bench.clock.increment(60_000)
      await settled()
      expect([bench.conference.status$.value, bench.conference.calls$.value]).toEqual(['idle', []])
      expect([bench.audio.open, bench.microphones.open.length]).toEqual([0, 0])
      expect([...bench.open]).toEqual([])
      bench.engine.dispose()
      devices.devices?.dispose()
    }
  )

  await fc.assert(property, { numRuns: 150 })
}, 240_000)

type Bench = Awaited<ReturnType<typeof setUpMeeting>> & {
  readonly microphones: FakeMediaDevices
  readonly peers: Peer[]
  readonly open: Set<string>
}

async function act(bench: Bench, each: Step, name: string) {
  const { conference, engine, clock, audio, talk, peers, open, transport, plays } = bench
  const owed = (promise: Promise<unknown>) => {
    open.add(name)
    const done = () => open.delete(name)
    promise.then(done, done)
  }
  const there = peers.filter(({ call }) => call.state.status !== 'ended')
  if (each.do === 'call') {
    // where somebody will not be held there is no other call
    if (there.length < 4)
      await talk(`peer-${peers.length}`).then(
        (peer) => peers.push(peer),
        () => {}
      )
    return
  }
  if (each.do === 'swap') return owed(engine.swap())
  if (each.do === 'split' || each.do === 'end') return owed(conference[each.do]())
  if (each.do === 'wait') return clock.increment(5_000)
  const mode = ({ sound: 'opens', 'no sound': 'waits', 'no permission': 'fails' } as const)[each.do as string]
  if (mode !== undefined) return void (audio.mode = mode)
  if (each.do === 'nothing can be mixed') return void (audio.isBroken = true)
  if (each.do === 'everything can be mixed') return void (audio.isBroken = false)
  if (each.do === 'sound is suspended') return audio.contexts.at(-1)?.turn('suspended')
  if (each.do === 'sound is closed') return audio.contexts.at(-1)?.turn('closed')
  if (!('which' in each)) return
  const peer = there[each.which]
  if (peer === undefined) return
  const { call, leg } = peer
  switch (each.do) {
    case 'join':
      return owed(conference.join(call, there[each.with]?.call ?? call))
    case 'leave':
      return owed(conference.leave(call))
    case 'hold':
    case 'resume':
    case 'mute':
    case 'unmute':
    case 'hangup':
      return owed(call[each.do]())
    case 'far end hangs up':
      return leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } })
    case 'far end refuses offers':
      return void (farEnd(leg).refuses = true)
    case 'far end holds':
    case 'far end resumes':
      farEnd(leg).holds = each.do === 'far end holds'
      return leg.emit({ type: 'leg.offer.received' })
    case 'microphone is lost':
      return microphoneOf(call)?.end()
    case 'another takes its place': {
      if (call.state.status !== 'established') return
      const next = transport.ring(`in-its-place-${peers.length}`, { replaces: call.id })
      if (each.first) leg.emit(replaced)
      await settled()
      if (!each.first) leg.emit(replaced)
      // a call that is over meanwhile is nobody's
      const taken = engine.calls$.value.find(({ id }) => id === next.id)
      if (taken !== undefined) peers.push(plays(`peer-${peers.length}`, next, taken))
      return
    }
    case 'far end plays something else':
      // by the same name: it is the same peer
      return renamed(peer, peers)
  }
}

const replaced = { type: 'leg.ended', end: { by: 'remote', reason: 'replaced' } } as const
const farEnds = new WeakMap<FakeLeg, { refuses: boolean; holds: boolean }>()

/** What the peer does from now on. */
function farEnd(leg: FakeLeg) {
  const known = farEnds.get(leg)
  if (known !== undefined) return known
  const peer = { refuses: false, holds: false }
  farEnds.set(leg, peer)
  leg.onSend = (command) => {
    if (command.type === 'hangup') leg.emit({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
    if (command.type === 'accept') leg.emit({ type: 'leg.offer.answered', peerHolds: peer.holds })
    if (command.type !== 'offer') return
    const { attempt, terms } = command
    const cause = { code: 'negotiation.rejected', text: 'No' } as const
    if (peer.refuses) leg.emit({ type: 'leg.offer.refused', attempt, glare: false, cause })
    else leg.emit({ type: 'leg.offer.accepted', attempt, granted: terms, peerHolds: peer.holds })
  }
  return peer
}

function microphoneOf(call: Call): FakeTrack | undefined {
  return call.localStream$.value?.getAudioTracks()[0] as FakeTrack | undefined
}

function renamed(peer: Peer, peers: Peer[]) {
  const voice = peer.leg.plays().tracks[0] as Peer['voice']
  peers[peers.indexOf(peer)] = { ...peer, voice }
}

function expectTruth({ conference, engine, audio, microphones, peers }: Bench, autoHold: boolean) {
  const members = conference.calls$.value
  const nameOf = (call: Call) => call.id
  const there = peers.filter(({ call }) => call.state.status === 'established')
  for (const { call, leg, voice } of there) {
    const tracks = audio.heardIn(leg.attached.at(-1) as never)
    const heard = tracks.flatMap((track) =>
      there.filter((other) => other.voice === track).map((each) => nameOf(each.call))
    )
    const isUsHeard = tracks.some((track) => microphones.tracks.includes(track))
    const others = members.includes(call) ? there.filter((other) => members.includes(other.call)) : []
    const expected = others
      .filter((other) => other.call !== call && talks(other.call) && other.call.state.hold.remote === 'active')
      .map((other) => nameOf(other.call))

    expect(new Set(tracks).size).toBe(tracks.length)
    expect(tracks).not.toContain(voice)
    expect([nameOf(call), heard.toSorted()]).toEqual([nameOf(call), talks(call) ? expected.toSorted() : []])
    expect([nameOf(call), isUsHeard]).toEqual([nameOf(call), talks(call) && isOpen(call)])
  }
  // nobody is left out of what is said, and nobody else overhears it
  const apart = there.filter(({ call }) => talks(call) && !members.includes(call))
  const isOnMembers = members.includes(engine.current$.value as Call)
  expect(autoHold && isOnMembers ? apart.map(({ call }) => nameOf(call)) : []).toEqual([])
  expect(members.length === 0 && conference.status$.value === 'idle' ? audio.open : 0).toBe(0)
  expect(members.length).not.toBe(conference.status$.value === 'together' ? 1 : -1)
  for (const call of members) expect(call.state.status).toBe('established')
}

function isOpen(call: Call): boolean {
  return call.state.microphone === 'live' && microphoneOf(call)?.readyState === 'live'
}

function talks({ state: { hold, attention } }: Call): boolean {
  return hold.local !== 'held' && hold.local !== 'holding' && hold.local !== 'resuming' && attention === 'front'
}
