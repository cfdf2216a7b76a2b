/** An engine with all there is: video, recordings, devices that come and go. Nothing waits but for the test's clock. */
import { onTestFinished } from 'vitest'
import { createDevices, createEngine } from '../../../src/index.ts'
import type { Call, CallEmitted, Engine, Policy } from '../../../src/index.ts'
import { settled } from '../../engine/support/desk.ts'
import { FakeTransport } from '../../engine/support/fake-transport.ts'
import { measureOf } from '../../engine/support/measures.ts'
import { CountingClock } from './counting-clock.ts'
import { Peer } from './peer.ts'
import { Room, Tape } from './room.ts'

export class FullDesk {
  readonly transport = new FakeTransport({ video: true, recording: ['start', 'pause', 'resume', 'stop'] })
  readonly room: Room
  readonly clock = new CountingClock()
  readonly engine: Engine
  /** What the calls told. */
  readonly told: CallEmitted[] = []
  readonly tapes: Tape[] = []
  /** Every command that was given, how often its promise has settled, and what is wrong with what it rejected with. */
  readonly commands: { readonly name: string; settlements: number; fault: string | null }[] = []
  /** Sees every tape before it is used. */
  onTape: (tape: Tape) => void = () => {}
  #line: { readonly call: Call; readonly peer: Peer } | null = null
  #packets = 0

  constructor(policy: Policy = {}, room = new Room()) {
    this.room = room
    const devices = createDevices({ mediaDevices: room })
    this.engine = createEngine({
      transport: this.transport,
      clock: this.clock,
      devices,
      policy: { backoff: { initialDelay: 500, jitter: 'none' }, ...policy },
      media: { mediaDevices: room }
    })
    this.engine.events$.subscribe(({ call, event }) => {
      if (call !== null) this.told.push(event as CallEmitted)
    })
    onTestFinished(() => {
      this.engine.dispose()
      devices.dispose()
    })
  }

  get call(): Call {
    return this.#there.call
  }

  get peer(): Peer {
    return this.#there.peer
  }

  /** Lets go of the call and of what it told. */
  forget() {
    this.#line = null
    this.transport.legs.clear()
    for (const list of [this.told, this.tapes, this.commands, this.room.tracks]) list.length = 0
  }

  async dial(video = false) {
    const call = await this.engine.dial('sip:bob@example.org', video ? { media: { audio: true, video: true } } : {})
    this.#line = { call, peer: new Peer(this.transport.leg(call.id)) }
    await settled()
  }

  /** Somebody calls, and perhaps with video. */
  async ring(video = false) {
    const leg = `incoming-${this.transport.legs.size + 1}`
    const [from, to] = [{ address: 'sip:bob@example.org' }, { address: 'sip:me@example.org' }]
    this.transport.emit({ type: 'transport.incoming', leg, from, to, ...(video ? { video: 'on' } : {}) })
    const call = this.engine.calls$.value[0]
    if (call === undefined) throw new Error('Nobody called')
    this.#line = { call, peer: new Peer(this.transport.leg(leg)) }
    await settled()
  }

  /** Gives a command, and keeps account of what becomes of it. */
  give(name: string, act: () => Promise<unknown>) {
    const command = { name, settlements: 0, fault: null as string | null }
    this.commands.push(command)
    const settle = () => void (command.settlements += 1)
    try {
      act().then(settle, (error: unknown) => {
        settle()
        if ((error as { name?: string } | null)?.name !== 'CallError') command.fault = String(error)
      })
    } catch (error) {
      command.fault = String(error)
    }
  }

  record() {
    const tape = new Tape()
    this.onTape(tape)
    this.tapes.push(tape)
    return this.call.record(tape)
  }

  /** In steps, so that whoever is asked meanwhile can answer; what lives sends packets all the while. */
  async pass(milliseconds: number, step = 250) {
    for (let left = milliseconds; left > 0; left -= step) {
      const { leg } = this.peer
      const isHeard = leg.attached
        .at(-1)
        ?.getAudioTracks()
        .some(({ readyState }) => readyState === 'live')
      if (isHeard === true) this.#packets += 10
      leg.measured = measureOf({ sent: { packets: this.#packets } })
      this.clock.increment(Math.min(step, left))
      await settled()
    }
  }

  /** What a call that is over has left open or undone. */
  get left(): string[] {
    const { room, tapes, commands, engine } = this
    return [
      ...room.open.map(({ kind, deviceId }) => `${kind} of ${deviceId} is open`),
      ...tapes.flatMap(({ isRunning }) => (isRunning ? ['a tape runs'] : [])),
      ...commands.flatMap(({ name, settlements }) =>
        settlements === 1 ? [] : [`${name} settled ${settlements} times`]
      ),
      ...commands.flatMap(({ name, fault }) => (fault === null ? [] : [`${name}: ${fault}`])),
      ...engine.calls$.value.map(({ id }) => `${id} is listed`)
    ]
  }

  get #there() {
    if (this.#line === null) throw new Error('There is no call yet')
    return this.#line
  }
}

/** Connected. */
export async function fullDesk(...options: ConstructorParameters<typeof FullDesk>): Promise<FullDesk> {
  const desk = new FullDesk(...options)
  await desk.engine.connect()
  await settled()
  return desk
}
