/**
 * Infobip RTC's documented interface over the engine, for programs that were written for it. Nothing is decided here:
 * what happens and when, the engine says.
 */
import { createDevices, createEngine } from '../../src/index.ts'
import type { Engine, EngineEvent, EngineOptions, MediaDevicesLike } from '../../src/index.ts'
import { destinationOf } from './destination.ts'
import { infobipPolicy } from './options.ts'
import type { InfobipOptions } from './options.ts'
import type { CallOptions, CallOrigin, User } from './sdk/call.ts'
import { IncomingCall, OutgoingCall } from './sdk/calls.ts'
import { reportsTo } from './sdk/feedback.ts'
import type { Report } from './sdk/feedback.ts'
import { Handlers } from './sdk/handlers.ts'
import { infobipTransport } from './transport.ts'
import type { InfobipTransport } from './transport.ts'
import { videoCalls } from './video.ts'
import { readToken } from './wire.ts'

export { CallStatus } from './sdk/call.ts'
export type { Call, CallEvents, CallOptions, CallStreams, User } from './sdk/call.ts'
export { IncomingCall, OutgoingCall } from './sdk/calls.ts'
export type { Feedback } from './sdk/feedback.ts'
export type { HangupStatus } from './sdk/statuses.ts'

/** `url` is Infobip's own option; the others say what there is besides a browser. */
export interface InfobipRTCOptions extends Omit<InfobipOptions, 'token'> {
  /** The host that collects what users think of their calls. Left out: nobody is told. */
  readonly statsUrl?: string
  readonly mediaDevices?: MediaDevicesLike
  readonly clock?: NonNullable<EngineOptions['clock']>
}

export interface InfobipRTCEvents {
  readonly connected: { readonly identity: string }
  readonly disconnected: { readonly reason: string }
  readonly reconnecting: Readonly<Record<string, never>>
  readonly reconnected: Readonly<Record<string, never>>
  readonly 'incoming-call': IncomingCall
  readonly 'missed-call': { readonly caller: User }
}

/** One user of Infobip's platform. */
export class InfobipRTC {
  readonly #transport: InfobipTransport
  readonly #engine: Engine
  readonly #devices = createDevices()
  readonly #self: User | null
  readonly #report: Report | null
  readonly #handlers = new Handlers<InfobipRTCEvents>([
    'connected',
    'disconnected',
    'reconnecting',
    'reconnected',
    'incoming-call',
    'missed-call'
  ])

  /** Throws a TypeError for a token or a url that no connection could ever be made with. */
  constructor(token: InfobipOptions['token'], { statsUrl, mediaDevices, clock, ...options }: InfobipRTCOptions = {}) {
    this.#transport = infobipTransport({ video: videoCalls, ...options, token })
    this.#report = statsUrl === undefined ? null : reportsTo(statsUrl, token)
    const claims = typeof token === 'string' ? readToken(token) : null
    this.#self = claims && { identity: claims.identity, displayName: claims.displayName }
    this.#engine = createEngine({
      transport: this.#transport,
      devices: this.#devices,
      // it throws when there are no attempts left, not before
      policy: {
        ...infobipPolicy,
        connectDeadline: Infinity,
        // an application of theirs knows nothing of calls that are steered together
        calls: { autoHold: false, meetCalls: false },
        // whoever is sent video looks at it, and shows theirs when they like
        video: { onWish: 'receive' }
      },
      media: { video: camera, ...(mediaDevices && { mediaDevices }) },
      ...(clock && { clock })
    })
    this.#engine.events$.subscribe(({ event }) => this.#told(event))
    this.#engine.incoming$.subscribe((call) => {
      const { address: identity, displayName = null } = call.state.remote
      const caller = { identity, displayName }
      // there is one call at a time: who calls meanwhile is told so
      if (this.#engine.calls$.value.length > 1) {
        void call.reject('busy')
        return this.#handlers.tell('missed-call', { caller })
      }
      this.#handlers.tell('incoming-call', new IncomingCall(this.#origin(caller, this.#me), call))
    })
  }

  /** Throws unless OFFLINE. What it returns rejects when we will not be connected. */
  connect(): Promise<void> {
    this.#require('connect', 'OFFLINE')
    return this.#engine.connect()
  }

  /** Throws unless ONLINE. */
  disconnect() {
    this.#require('disconnect', 'ONLINE')
    void this.#engine.disconnect()
  }

  /** Throws for an event there is not. */
  on<Name extends keyof InfobipRTCEvents>(name: Name, handler: (event: InfobipRTCEvents[Name]) => void) {
    this.#handlers.on(name, handler)
  }

  /** Calls another user. Throws unless ONLINE, with a call under way, and for what is no identity. */
  call(identity: string, options: CallOptions = {}): OutgoingCall {
    return this.#place('call', identity, 'user', options)
  }

  /** Calls a phone. Throws as `call` does. */
  callPhoneNumber(phoneNumber: string, { from, audio }: CallOptions = {}): OutgoingCall {
    const options = { ...(from !== undefined && { from }), ...(audio !== undefined && { audio }) }
    return this.#place('callPhoneNumber', phoneNumber, 'phone', options)
  }

  /** Lets go of everything at once, whatever the status. Not of Infobip's interface. */
  dispose() {
    this.#engine.dispose()
    this.#devices.dispose()
  }

  #place(method: string, name: string, kind: 'user' | 'phone', options: CallOptions): OutgoingCall {
    this.#require(method, 'ONLINE')
    if (this.#engine.calls$.value.length > 0) throw new Error('Call already in progress.')
    const target = kind === 'phone' ? `tel:${name}` : name
    if (destinationOf(target)?.kind !== kind) throw new Error('Invalid destination.')
    const { from } = options
    return new OutgoingCall(this.#origin(this.#me, { identity: name, displayName: null }), options, (media) =>
      this.#engine.dial(target, { media, ...(from !== undefined && { displayName: from }) })
    )
  }

  #origin(source: User, destination: User): CallOrigin {
    return { source, destination, details: (call) => this.#transport.details(call.id), report: this.#report }
  }

  get #me(): User {
    return this.#self ?? { identity: this.#engine.connection$.value.identity, displayName: null }
  }

  get #status() {
    return statuses[this.#engine.connection$.value.status]
  }

  #require(method: string, status: 'OFFLINE' | 'ONLINE') {
    if (this.#status === status) return
    throw new Error(`Cannot ${method}, required status is ${status}, current status is ${this.#status}.`)
  }

  #told(event: EngineEvent['event']) {
    const { type } = event
    if (type === 'connection.connected') this.#handlers.tell('connected', { identity: event.identity })
    if (type === 'connection.reconnecting') this.#handlers.tell('reconnecting', {})
    if (type === 'connection.reconnected') this.#handlers.tell('reconnected', {})
    if (type === 'connection.disconnected') this.#handlers.tell('disconnected', { reason: reasonOf(event) })
  }
}

const camera = { width: 640, height: 480 }

const statuses = {
  offline: 'OFFLINE',
  connecting: 'CONNECTING',
  online: 'ONLINE',
  reconnecting: 'RECONNECTING',
  disconnecting: 'DISCONNECTING'
} as const

function reasonOf({ reason, cause }: Extract<EngineEvent['event'], { type: 'connection.disconnected' }>): string {
  if (reason === 'exhausted') return 'Connection error.'
  return reason === 'permanent' ? (cause?.provider?.text ?? cause?.text ?? '') : ''
}
