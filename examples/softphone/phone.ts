import { createDevices, createEngine, createQualityMonitor } from 'callchart'
import type { Behavior, Call, Devices, Engine } from 'callchart'
import type { Transport } from 'callchart/machines'
import { BehaviorSubject } from 'rxjs'
import { connectionOf } from '../providers/transport.ts'
import type { PhoneSettings } from './phone-settings.ts'
import { createRecordings } from './recordings.ts'
import type { Recordings } from './recordings.ts'
import { Sources } from './sources.ts'
import { createTimeline } from './timeline.ts'
import type { Timeline } from './timeline.ts'

export interface Phone {
  readonly settings: PhoneSettings
  readonly engine: Engine
  /** What its provider has. */
  readonly capabilities: Transport['capabilities']
  /**
   * The call the card is about: the current one, else one that rings or waits, and when all are over still the last, as an
   * engine keeps no call that has ended.
   */
  readonly call: Behavior<Call | null>
  readonly devices: Devices
  readonly recordings: Recordings
  /** When the peer of a call, by its id, asked for video: milliseconds since the epoch. */
  readonly wishedAt: ReadonlyMap<string, number>
  readonly timeline: Timeline
}

/** Milliseconds somebody has to say whether they want video. */
export const wishDeadline = 30_000

/** One account, its engine and what the card of it shows. */
export async function createPhone(settings: PhoneSettings): Promise<Phone> {
  const mediaDevices = new Sources(settings.tone)
  const devices = createDevices({ mediaDevices })
  const { transport, policy } = await connectionOf(settings.account)
  const { capabilities } = transport
  const engine = createEngine({
    transport,
    policy: {
      ...policy,
      deadlines: { wishDeadline },
      // where nobody can be told that they are held, this phone has one line
      ...(capabilities.hold ? {} : { calls: { maxCalls: 1 } })
    },
    media: { mediaDevices },
    devices,
    quality: createQualityMonitor()
  })
  return {
    settings,
    engine,
    capabilities,
    call: callToShow(engine),
    devices,
    recordings: createRecordings(),
    wishedAt: wishes(engine),
    timeline: createTimeline(engine)
  }
}

function callToShow({ calls$, current$ }: Engine): Behavior<Call | null> {
  const call = new BehaviorSubject<Call | null>(null)
  const choose = () => {
    const next = current$.value ?? calls$.value[0] ?? call.value
    if (next !== call.value) call.next(next)
  }
  calls$.subscribe(choose)
  current$.subscribe(choose)
  return call
}

function wishes({ events$ }: Engine): ReadonlyMap<string, number> {
  const wishedAt = new Map<string, number>()
  events$.subscribe(({ at, call, event }) => {
    if (call !== null && event.type === 'video.wished') wishedAt.set(call, at)
    else if (call !== null && event.type === 'call.ended') wishedAt.delete(call)
  })
  return wishedAt
}

/** For the calls to come, and for those under way; null is the browser's choice. */
export async function changeMicrophone(phone: Pick<Phone, 'devices' | 'engine'>, deviceId: string | null) {
  phone.devices.selectMicrophone(deviceId)
  const calls = phone.engine.calls$.value.filter((call) => call.can('useMicrophone'))
  await Promise.all(calls.map((call) => call.useMicrophone(deviceId ?? 'default')))
}
