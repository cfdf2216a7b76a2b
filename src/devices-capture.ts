import { createActor } from 'xstate'
import type { ActorRefFrom } from 'xstate'
import type { captureMachine, CallEmitted, CapturePolicy } from '../machines/index.ts'
import type { Attendant, AttendedCall } from './attendant.ts'
import { CallError, errorOf, rejected } from './errors.ts'
import { frozen, keep } from './frozen.ts'
import { MicrophonePort } from './devices-microphone.ts'
import type { CaptureView } from './view.ts'

/** What captures need of the devices they choose from. */
export interface CaptureGrounds {
  readonly machine: typeof captureMachine
  readonly policy: CapturePolicy
  /** The ids of the microphones there are, as far as the browser tells. */
  present(): readonly string[]
  refresh(): void
  /** Called whenever `present` may have changed; returns what ends that. */
  listen(changed: () => void): () => void
  /** Makes this the port of the chart that is started with its name. */
  open(port: MicrophonePort): { readonly name: string; close(): void }
}

interface Wish {
  resolve(): void
  reject(error: CallError): void
}

/**
 * Looks after the microphone of one call. The chart is started by the first thing that happens to it: a call whose
 * microphone just works has none.
 */
export class Capture implements Attendant {
  readonly #call: AttendedCall
  readonly #grounds: CaptureGrounds
  #port: MicrophonePort | null = null
  #name = ''
  #actor: ActorRefFrom<typeof captureMachine> | null = null
  #wish: Wish | null = null
  #view: CaptureView | null = null
  #stopListening: () => void = () => {}
  #isOver = false

  constructor(call: AttendedCall, grounds: CaptureGrounds) {
    this.#call = call
    this.#grounds = grounds
  }

  /** Null without a microphone. */
  get view(): CaptureView | null {
    const next = this.#read()
    this.#view = next === null ? null : frozen(keep(this.#view, next))
    return this.#view
  }

  get can(): boolean {
    return !this.#isOver && this.#call.media.microphone !== null
  }

  told(fact: CallEmitted) {
    if (fact.type === 'call.ringing' || fact.type === 'call.established') this.#watch()
  }

  /** Resolves when the microphone is sent and proven to deliver; rejects with why the one before it goes on. */
  use(device: string): Promise<void> {
    const actor = this.#watch() === null ? null : this.#start()
    if (this.#isOver || actor === null)
      return rejected(
        new CallError('call.refused', 'There is no microphone to be replaced', { state: this.#call.shows().status })
      )
    this.#settle((wish) => wish.reject(new CallError('call.superseded', 'Another microphone was asked for before')))
    const promise = new Promise<void>((resolve, reject) => {
      this.#wish = { resolve, reject }
    })
    promise.catch(() => {})
    actor.send({ type: 'use', device })
    return promise
  }

  release() {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopListening()
    this.#port?.release()
    if (this.#actor?.getSnapshot().status === 'active') this.#actor.send({ type: 'call.over' })
    this.#settle((wish) => wish.reject(new CallError('call.ended', 'The call is over', { state: 'ended' })))
  }

  /** From when there is a microphone on: whether it ends, and what devices there are. */
  #watch(): MicrophonePort | null {
    if (this.#port !== null || this.#isOver || this.#call.media.microphone === null) return this.#port
    const port = new MicrophonePort(this.#call, () => this.#start())
    this.#port = port
    const opened = this.#grounds.open(port)
    const stopListening = this.#grounds.listen(() => this.#devicesChanged())
    this.#name = opened.name
    this.#stopListening = () => {
      opened.close()
      stopListening()
    }
    port.watch()
    // from now on the browser gives away what its devices are called
    this.#grounds.refresh()
    return port
  }

  #start(): ActorRefFrom<typeof captureMachine> | null {
    if (this.#actor !== null || this.#isOver || this.#port === null) return this.#actor
    const { policy, machine } = this.#grounds
    const input = { port: this.#name, policy, device: this.#port.device, present: this.#grounds.present() }
    const actor = createActor(machine, { parent: this.#call.root, input })
    this.#actor = actor
    actor.on('*', (fact) => {
      this.#answer(fact)
      this.#call.tell(frozen(fact))
    })
    actor.subscribe({ next: () => this.#call.tell(null), error: () => this.release() })
    actor.start()
    return actor
  }

  #devicesChanged() {
    const present = this.#grounds.present()
    this.#port?.checkPresence(present)
    this.#actor?.send({ type: 'devices.changed', present })
  }

  #answer(fact: CallEmitted) {
    if (fact.type === 'capture.replaced' || fact.type === 'capture.recovered') this.#settle((wish) => wish.resolve())
    if (fact.type === 'capture.failed' || fact.type === 'capture.lost') {
      const { cause } = fact
      this.#settle((wish) => wish.reject(errorOf(cause)))
    }
  }

  #settle(settle: (wish: Wish) => void) {
    const wish = this.#wish
    this.#wish = null
    if (wish !== null) settle(wish)
  }

  #read(): CaptureView | null {
    if (this.#isOver || this.#port === null) return null
    const snapshot = this.#actor?.getSnapshot()
    if (snapshot === undefined) return { status: 'live', device: this.#view?.device ?? this.#port.device, cause: null }
    const { value, context } = snapshot
    if (value === 'off') return null
    const status = typeof value === 'string' ? value : 'replacing' in value ? 'replacing' : 'interrupted'
    const isCapturing = status === 'live' || status === 'replacing'
    return { status, device: context.device, cause: isCapturing ? null : context.cause }
  }
}
