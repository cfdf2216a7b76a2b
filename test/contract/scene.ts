/** People with engines on a bench; whoever is left when the test ends is sent home, and must leave nothing behind. */
import { firstValueFrom } from 'rxjs'
import { describe, onTestFinished, test, vi } from 'vitest'
import type { Leg, Transport } from '../../machines/index.ts'
import { createEngine } from '../../src/index.ts'
import type { Call, CallView, Engine, MediaDevicesLike, Policy } from '../../src/index.ts'
import { meter } from '../../src/testing/webrtc.ts'
import type { Meter } from '../../src/testing/webrtc.ts'
import { until } from '../support/until.ts'
import type { Ability, Account, AccountOptions, Bench, BenchPlan, FarCall, FarEnd } from './bench.ts'

// servers, sockets and media are real, and the machine may be busy
vi.setConfig({ testTimeout: 20_000, hookTimeout: 60_000 })

export interface Person extends Account {
  readonly engine: Engine
  /** Microphone tracks that are live. */
  readonly microphones: number
  /** The provider's end of a call. */
  leg(call: Call): Leg
}

export interface PersonOptions extends AccountOptions {
  readonly policy?: Policy
  readonly mediaDevices?: MediaDevicesLike
  /** Registered already. True when left out. */
  readonly online?: boolean
}

export interface Talk {
  readonly person: Person
  readonly far: FarEnd
  readonly call: Call
  readonly there: FarCall
}

/** Four times as fast as the standards want it: nobody here is on another continent. */
export const hasty = {
  setTimeout: (act: () => void, milliseconds: number) => globalThis.setTimeout(act, milliseconds / 4),
  clearTimeout: (id: never) => globalThis.clearTimeout(id)
}

export const soon = (question: () => unknown, what: string) =>
  until(async () => Boolean(await question()), { within: 10_000, what })

/** Until the call looks like this. */
export const looks = (call: Call, part: (view: CallView) => boolean, what: string) =>
  soon(() => part(call.state), `${what} (it is ${JSON.stringify(call.state)})`)

const nothing = Object.assign(() => {}, { for: () => () => {} }) as unknown as typeof test

export class Scene {
  readonly #bench: () => Bench

  readonly #cannot: BenchPlan['cannot']
  /** What was not tried, by the reason why. */
  readonly notTried: Record<string, number> = {}

  constructor(bench: () => Bench, cannot: BenchPlan['cannot'] = {}) {
    this.#bench = bench
    this.#cannot = cannot
  }

  get bench() {
    return this.#bench()
  }

  can(ability: Ability): boolean {
    return this.#cannot[ability] === undefined
  }

  /** `test`, for what this server can be made to do; where it cannot, there is nothing to try, and the run says so. */
  needing(...abilities: readonly Ability[]): typeof test {
    const why = abilities.map((ability) => this.#cannot[ability]).find((reason) => reason !== undefined)
    if (why === undefined) return test
    this.notTried[why] = (this.notTried[why] ?? 0) + 1
    return nothing
  }

  async person({ policy, mediaDevices, online = true, ...options }: PersonOptions = {}): Promise<Person> {
    const account = await this.bench.account(options)
    const microphone = listenTo(mediaDevices ?? this.bench.webRtc.mediaDevices)
    const legs = new Map<string, Leg>()
    const engine = createEngine({
      transport: noting(account.transport, legs),
      media: { mediaDevices: microphone.devices },
      clock: hasty,
      policy: { backoff: { initialDelay: 40, maxDelay: 400 }, ...policy }
    })
    const person: Person = Object.create(account, {
      engine: { value: engine },
      microphones: { get: () => microphone.live },
      leg: { value: ({ id }: Call) => legs.get(id) }
    }) as Person
    onTestFinished(async () => {
      engine.dispose()
      await soon(() => account.open.length === 0, `nothing of ${account.user} stays open: ${account.open.join(', ')}`)
      await soon(() => microphone.live === 0, 'no microphone stays open')
      await account.release()
    })
    if (online) await engine.connect()
    return person
  }

  async far(): Promise<FarEnd> {
    const far = await this.bench.far()
    onTestFinished(() => far.release())
    return far
  }

  /** Somebody has dialled the far end, which knows of it and has said nothing yet. */
  async dialled(options: PersonOptions = {}): Promise<Talk> {
    const [person, far] = await Promise.all([this.person(options), this.far()])
    const next = far.next()
    const call = await person.engine.dial(far.address)
    return { person, far, call, there: await next }
  }

  /** `describe`, where all that is in it needs the same. */
  suiteNeeding(ability: Ability): (name: string, body: () => void) => void {
    return this.can(ability) ? describe : () => {}
  }

  /** The event that says calls can reach somebody again. */
  get backAgain() {
    return this.can('registration') ? 'registration.registered' : 'connection.reconnected'
  }

  isReachable({ engine }: Person): boolean {
    const isOnline = engine.connection$.value.status === 'online'
    return isOnline && (!this.can('registration') || engine.registration$.value.status === 'registered')
  }

  /** Cuts somebody off until `accept`; the call goes on. */
  async cutOff({ person, call }: Talk) {
    person.refuse()
    person.cut()
    await looks(call, ({ signalling }) => signalling === 'detached', 'detached')
  }

  /** A call of theirs gets through to somebody new. */
  async reach(person: Person) {
    const far = await this.far()
    const next = far.next()
    const call = await person.engine.dial(far.address)
    await next
    await call.hangup()
  }

  async ringing(options: PersonOptions = {}): Promise<Talk> {
    const talk = await this.dialled(options)
    await talk.there.ring()
    await looks(talk.call, ({ status }) => status === 'ringing', 'the call rings')
    return talk
  }

  /** Both talk; the far end was called. */
  async talking(options: PersonOptions = {}): Promise<Talk> {
    const talk = await this.ringing(options)
    await Promise.all([talk.there.answer(), talk.call.established(), talk.there.reaches('established')])
    await looks(talk.call, ({ path }) => path === 'connected', 'media connects')
    return talk
  }

  /** The far end calls, and the phone rings. */
  async called(options: PersonOptions = {}): Promise<Talk> {
    const [person, far] = await Promise.all([this.person(options), this.far()])
    const incoming = firstValueFrom(person.engine.incoming$)
    const there = await far.call(person)
    const call = await incoming
    await there.reaches('ringing')
    return { person, far, call, there }
  }

  /** The far end calls somebody with two devices; both ring. */
  async ringingTwice(): Promise<{ persons: Person[]; calls: Call[]; far: FarEnd; there: FarCall }> {
    const [first, far] = await Promise.all([this.person(), this.far()])
    const second = await this.person({ user: first.user })
    const persons = [first, second]
    const incoming = persons.map(({ engine }) => firstValueFrom(engine.incoming$))
    const there = await far.call(first)
    const calls = await Promise.all(incoming)
    await there.reaches('ringing')
    return { persons, calls, far, there }
  }

  /** Both talk; the far end called. */
  async answered(options: PersonOptions = {}): Promise<Talk> {
    const talk = await this.called(options)
    await Promise.all([talk.call.answer(), talk.there.reaches('established')])
    await looks(talk.call, ({ path }) => path === 'connected', 'media connects')
    return talk
  }
}

/** What this side hears from now on. */
export function hearing(call: Call): Meter {
  const [track] = call.remoteStream$.value?.getAudioTracks() ?? []
  if (track === undefined) throw new Error('There is nothing to hear')
  return meter(track)
}

/** Both hear each other, from now on. */
export async function hearEachOther({ call, there }: Talk) {
  const here = hearing(call)
  const before = await there.heard()
  await soon(() => here.loud > 5, 'we hear the far end')
  await soon(async () => (await there.heard()) > before + 5, 'the far end hears us')
}

function noting(transport: Transport, legs: Map<string, Leg>): Transport {
  return {
    capabilities: transport.capabilities,
    events: transport.events,
    send: (command) => transport.send(command),
    leg(id) {
      const leg = transport.leg(id)
      legs.set(id, leg)
      return leg
    },
    check: (target) => transport.check(target),
    dispose: () => transport.dispose()
  }
}

function listenTo(devices: MediaDevicesLike) {
  const tracks: MediaStreamTrack[] = []
  return {
    devices: {
      async getUserMedia(constraints: MediaStreamConstraints) {
        const stream = await devices.getUserMedia(constraints)
        tracks.push(...stream.getTracks())
        return stream
      }
    },
    get live() {
      return tracks.filter(({ readyState }) => readyState === 'live').length
    }
  }
}
