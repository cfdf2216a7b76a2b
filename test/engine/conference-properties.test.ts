import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Call } from '../../src/index.ts'
import { settled } from './support/desk.ts'
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
      'far end plays something else'
    ),
    which
  }),
  fc.record({ do: fc.constantFrom('swap', 'split', 'end', 'wait', 'no sound', 'sound') })
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

test('whatever becomes of a conference, everybody hears exactly the others, and nobody himself', async () => {
  const property = fc.asyncProperty(
    fc.boolean(),
    fc.array(step, { minLength: 3, maxLength: 30 }),
    async (autoHold, steps) => {
      const bench = { ...(await setUpMeeting({ calls: { autoHold } })), peers: [] as Peer[], open: new Set<string>() }

      for (const [index, each] of steps.entries()) {
        await act(bench, each, `${index}: ${JSON.stringify(each)}`)
        await settled()
        expectTruth(bench, autoHold)
      }

      await bench.engine.disconnect()
      bench.clock.increment(60_000)
      await settled()
      expect([bench.conference.status$.value, bench.conference.calls$.value]).toEqual(['idle', []])
      expect([bench.audio.open, bench.devices.open.length]).toEqual([0, 0])
      expect([...bench.open]).toEqual([])
      bench.engine.dispose()
    }
  )

  await fc.assert(property, { numRuns: 150 })
}, 240_000)

type Bench = Awaited<ReturnType<typeof setUpMeeting>> & { readonly peers: Peer[]; readonly open: Set<string> }

async function act({ conference, engine, clock, audio, talk, peers, open }: Bench, each: Step, name: string) {
  const owed = (promise: Promise<unknown>) => {
    open.add(name)
    const done = () => open.delete(name)
    promise.then(done, done)
  }
  const there = peers.filter(({ call }) => call.state.status !== 'ended')
  if (each.do === 'call') return there.length < 4 ? void peers.push(await talk(`peer-${peers.length}`)) : undefined
  if (each.do === 'swap') return owed(engine.swap())
  if (each.do === 'split' || each.do === 'end') return owed(conference[each.do]())
  if (each.do === 'wait') return clock.increment(5_000)
  if (each.do === 'sound' || each.do === 'no sound') {
    audio.mode = each.do === 'sound' ? 'opens' : 'waits'
    return
  }
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
      leg.onSend = (command) => {
        if (command.type === 'hangup') leg.emit({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
        if (command.type !== 'offer') return
        const cause = { code: 'negotiation.rejected', text: 'No' } as const
        leg.emit({ type: 'leg.offer.refused', attempt: command.attempt, glare: false, cause })
      }
      return
    case 'far end plays something else':
      // by the same name: it is the same peer
      return renamed(peer, peers)
  }
}

function renamed(peer: Peer, peers: Peer[]) {
  const voice = peer.leg.plays().tracks[0] as Peer['voice']
  peers[peers.indexOf(peer)] = { ...peer, voice }
}

function expectTruth({ conference, engine, audio, devices, peers }: Bench, autoHold: boolean) {
  const members = conference.calls$.value
  const nameOf = (call: Call) => call.state.remote.address
  const there = peers.filter(({ call }) => call.state.status === 'established')
  for (const { call, leg, voice } of there) {
    const tracks = audio.heardIn(leg.attached.at(-1) as never)
    const heard = tracks.flatMap((track) =>
      there.filter((other) => other.voice === track).map((each) => nameOf(each.call))
    )
    const isUsHeard = tracks.some((track) => devices.tracks.includes(track))
    const others = members.includes(call) ? there.filter((other) => members.includes(other.call)) : []
    const expected = others
      .filter((other) => other.call !== call && talks(other.call))
      .map((other) => nameOf(other.call))

    expect(new Set(tracks).size).toBe(tracks.length)
    expect(tracks).not.toContain(voice)
    expect([nameOf(call), heard.toSorted()]).toEqual([nameOf(call), talks(call) ? expected.toSorted() : []])
    expect([nameOf(call), isUsHeard]).toEqual([nameOf(call), talks(call) && call.state.microphone === 'live'])
  }
  // nobody is left out of what is said, and nobody else overhears it
  const apart = there.filter(({ call }) => talks(call) && !members.includes(call))
  const isOnMembers = members.includes(engine.current$.value as Call)
  expect(autoHold && isOnMembers ? apart.map(({ call }) => nameOf(call)) : []).toEqual([])
  expect(members.length === 0 && conference.status$.value === 'idle' ? audio.open : 0).toBe(0)
  expect(members.length).not.toBe(conference.status$.value === 'together' ? 1 : -1)
  for (const call of members) expect(call.state.status).toBe('established')
}

function talks({ state: { hold, attention } }: Call): boolean {
  return hold.local !== 'held' && hold.local !== 'holding' && hold.local !== 'resuming' && attention === 'front'
}
