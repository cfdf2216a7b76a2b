import { onTestFinished } from 'vitest'
import { SimulatedClock } from 'xstate'
import type { Call, CallError, DialRequest, Engine, EngineEvent, EngineOptions, Policy } from '../../../src/index.ts'
import { createEngine } from '../../../src/index.ts'
import type { Capabilities } from '../../../machines/index.ts'
import { FakeMediaDevices } from './fake-media.ts'
import { FakeTransport } from './fake-transport.ts'
import type { FakeLeg } from './fake-transport.ts'

export interface Desk {
  readonly engine: Engine
  readonly transport: FakeTransport
  readonly clock: SimulatedClock
  readonly devices: FakeMediaDevices
  /** What `events$` has told so far. */
  readonly told: EngineEvent[]
  /** Dials once the microphone is open. */
  readonly dial: (target?: string, request?: DialRequest) => Promise<Line>
  /** A call that both sides have answered. */
  readonly established: () => Promise<Line>
}

/** A call and its far end. */
export interface Line {
  readonly call: Call
  readonly leg: FakeLeg
}

export interface DeskOptions {
  readonly policy?: Policy
  readonly capabilities?: Partial<Capabilities>
  readonly clock?: SimulatedClock
  readonly engine?: Partial<EngineOptions>
}

/** An engine, not connected yet, with a provider, a microphone and a clock that are the test's. */
export function setUp({
  policy = {},
  capabilities,
  clock = new SimulatedClock(),
  engine: more
}: DeskOptions = {}): Desk {
  const transport = new FakeTransport(capabilities)
  const devices = new FakeMediaDevices()
  const engine = createEngine({ transport, policy, clock, media: { mediaDevices: devices }, ...more })
  onTestFinished(() => engine.dispose())
  const told: EngineEvent[] = []
  engine.events$.subscribe((event) => told.push(event))

  const dial = async (target = 'sip:bob@example.org', request?: DialRequest) => {
    const call = await engine.dial(target, request)
    await settled()
    return { call, leg: transport.leg(call.id) }
  }
  const established = async () => {
    const line = await dial()
    line.leg.answered()
    return line
  }
  return { engine, transport, clock, devices, told, dial, established }
}

/** The same, connected. */
export async function setUpOnline(options?: DeskOptions): Promise<Desk> {
  const desk = setUp(options)
  await desk.engine.connect()
  return desk
}

/** Everything that waits for nothing but its turn has had it. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export type Outcome = 'pending' | 'resolved' | CallError

/** Watches a promise; read `outcome` after `settled()`. */
export function watch(promise: Promise<unknown>): { outcome: Outcome } {
  const watched: { outcome: Outcome } = { outcome: 'pending' }
  promise.then(
    () => (watched.outcome = 'resolved'),
    (error: CallError) => (watched.outcome = error)
  )
  return watched
}

/** The error a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<CallError> {
  return promise.then(
    () => {
      throw new Error('This was to be rejected')
    },
    (error: CallError) => error
  )
}
