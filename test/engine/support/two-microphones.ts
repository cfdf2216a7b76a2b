import { onTestFinished } from 'vitest'
import { SimulatedClock } from 'xstate'
import { createDevices } from '../../../src/index.ts'
import type { DevicesOptions } from '../../../src/index.ts'
import { settled, setUpOnline } from './desk.ts'
import type { Line } from './desk.ts'
import { FakeMediaDevices } from './fake-media.ts'
import type { FakeTrack } from './fake-media.ts'
import { measureOf } from './measures.ts'

const told = (line: Line) => {
  const facts: string[] = []
  line.call.events$.subscribe(({ type }) => facts.push(type))
  return facts
}

/** A call with two microphones to choose from; what is sent counts packets, unless the device is one of the dead. */
export async function talking(options: DevicesOptions = {}) {
  const mediaDevices = new FakeMediaDevices()
  const devices = createDevices({ mediaDevices, ...options })
  onTestFinished(() => devices.dispose())
  const clock = new SimulatedClock()
  const desk = await setUpOnline({ clock, engine: { devices, media: { mediaDevices } } })
  const dead = new Set<string>()
  const line = await desk.established()
  const { leg } = line
  let packets = 0
  const sent = () => (leg.attached.at(-1)?.getAudioTracks() ?? []) as unknown as FakeTrack[]
  const counts = () => {
    for (const { deviceId, readyState } of sent()) if (readyState === 'live' && !dead.has(deviceId)) packets += 10
    leg.measured = measureOf({ sent: { packets } })
  }
  const passes = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      counts()
      clock.increment(100)
      await settled()
    }
  }
  await settled()
  return { ...desk, ...line, line, mediaDevices, sources: devices, dead, sent, passes, facts: told(line) }
}

/** What the user has allowed, until the test says otherwise. */
export class FakePermissions {
  #state = 'granted'
  readonly #statuses: EventTarget[] = []

  query() {
    const status = new EventTarget()
    Object.defineProperty(status, 'state', { get: () => this.#state })
    this.#statuses.push(status)
    return Promise.resolve(status)
  }

  set(state: string) {
    this.#state = state
    for (const status of this.#statuses) status.dispatchEvent(new Event('change'))
  }
}
