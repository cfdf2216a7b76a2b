import { SimulatedClock } from 'xstate'
import { createConference, audioMixer } from '../../../src/conference/index.ts'
import type { Call, EngineOptions, Policy } from '../../../src/index.ts'
import { settled, setUpOnline } from './desk.ts'
import { FakeAudio } from './fake-audio.ts'
import type { FakeStream, FakeTrack } from './fake-media.ts'
import type { FakeLeg } from './fake-transport.ts'

/** A call, its far end, and what that one says. */
export interface Peer {
  readonly call: Call
  readonly leg: FakeLeg
  readonly voice: FakeTrack
}

/** An engine with a conference, and a look at who hears whom. */
export async function setUpMeeting(policy: Policy = {}, more: Partial<EngineOptions> = {}) {
  const audio = new FakeAudio()
  const clock = new SimulatedClock()
  const conference = createConference({ mixer: audioMixer(audio), clock })
  const desk = await setUpOnline({ policy, clock, engine: { conference, ...more } })
  const voices = new Map<FakeTrack, string>()

  /** The peer of this leg can be heard, by this name. */
  const plays = (name: string, leg: FakeLeg, call = desk.engine.calls$.value.find(({ id }) => id === leg.id)): Peer => {
    const voice = leg.plays().tracks[0] as FakeTrack
    voices.set(voice, name)
    return { call: call as Call, leg, voice }
  }
  /** Somebody on a line of his own; the calls before are held. */
  const talk = async (name: string): Promise<Peer> => {
    const { call, leg } = await desk.dial(`sip:${name}@example.org`)
    leg.answered()
    const peer = plays(name, leg, call)
    await settled()
    return peer
  }
  /** Who is heard at the far end of this call: the names of peers, and `us`. */
  const heardBy = ({ leg }: Pick<Peer, 'leg'>): readonly string[] => {
    const tracks = audio.heardIn(leg.attached.at(-1) as unknown as FakeStream | undefined)
    return tracks.map((track) => voices.get(track) ?? 'us').toSorted()
  }
  return { ...desk, audio, clock, conference, talk, plays, heardBy }
}

/** The same, with ann and bea in the conference. */
export async function setUpConference(policy?: Policy) {
  const meeting = await setUpMeeting(policy)
  const [ann, bea] = [await meeting.talk('ann'), await meeting.talk('bea')]
  await meeting.conference.join(ann.call, bea.call)
  await settled()
  return { ...meeting, ann, bea }
}
