/** What both sides of a call sent and heard in each phase of it. */
import type { Call } from 'callchart'
import { countMedia, meter } from 'callchart/testing'
import type { Meter } from 'callchart/testing'
import { setTimeout as pause } from 'node:timers/promises'

export interface Side {
  readonly call: Call
  readonly connection: RTCPeerConnection | undefined
}

/** Packets within a phase; `audible` are those received that were not silence. */
export interface Flow {
  readonly sent: number
  readonly received: number
  readonly audible: number
}

export interface Phase {
  readonly name: string
  readonly flows: readonly Flow[]
}

/** Counts for so many milliseconds, once what was under way before has arrived. */
export function createPhases(sides: readonly Side[]) {
  const meters = sides.map(({ call }) => meterOf(call))
  const count = () => Promise.all(sides.map((side, index) => flowOf(side, meters[index])))

  return async function phase(name: string, milliseconds: number): Promise<Phase> {
    await pause(60)
    const before = await count()
    await pause(milliseconds)
    const after = await count()
    return { name, flows: after.map((flow, index) => difference(flow, before[index])) }
  }
}

async function flowOf({ connection }: Side, heard: Meter | undefined): Promise<Flow> {
  if (!connection || !heard) throw new Error('The call stands, but has no connection to count on')
  const { packetsSent, packetsReceived } = await countMedia(connection)
  return { sent: packetsSent, received: packetsReceived, audible: heard.loud }
}

function meterOf(call: Call): Meter {
  const [track] = call.remoteStream$.value?.getAudioTracks() ?? []
  if (!track) throw new Error('The call stands, and there is nothing to listen to')
  return meter(track)
}

function difference(after: Flow, before: Flow = after): Flow {
  return {
    sent: after.sent - before.sent,
    received: after.received - before.received,
    audible: after.audible - before.audible
  }
}
