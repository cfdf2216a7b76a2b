import { Subject } from 'rxjs'
import type {
  Capabilities,
  Failure,
  Leg,
  LegCommand,
  LegEvent,
  MediaMeasure,
  Party,
  Transport,
  TransportCommand,
  TransportEvent
} from '../../../machines/index.ts'
import { FakeStream } from './fake-media.ts'

const everything: Capabilities = {
  registration: true,
  hold: true,
  renegotiate: true,
  video: false,
  dtmf: ['rtp'],
  recording: [],
  blindTransfer: true,
  attendedTransfer: true
}

/** A provider in memory. It answers what a willing one would, unless the test has told it to leave a command alone. */
export class FakeTransport implements Transport {
  readonly capabilities: Capabilities
  readonly commands: TransportCommand[] = []
  readonly legs = new Map<string, FakeLeg>()
  /** Commands, of the account and of its legs, that nobody answers. */
  readonly ignores = new Set<TransportCommand['type'] | LegCommand['type']>()
  readonly subject = new Subject<TransportEvent>()
  disposals = 0
  /** Takes the place of what `send` and `leg` do, when a test has something else in mind. */
  onSend: ((command: TransportCommand) => void) | null = null
  onLeg: ((leg: FakeLeg) => void) | null = null
  refusal: Failure | null = null
  #lastConnect = 0
  #incoming = 0

  constructor(capabilities: Partial<Capabilities> = {}) {
    this.capabilities = { ...everything, ...capabilities }
  }

  get events() {
    return this.subject.asObservable()
  }

  check() {
    return this.refusal
  }

  send(command: TransportCommand) {
    this.commands.push(command)
    if (this.onSend !== null) return this.onSend(command)
    if (this.ignores.has(command.type)) return
    switch (command.type) {
      case 'connect':
        this.#lastConnect = command.attempt
        return this.emit({ type: 'transport.opened', attempt: command.attempt, identity: 'sip:me@example.org' })
      case 'disconnect':
        return this.close()
      case 'probe':
        return this.emit({ type: 'transport.proved', attempt: command.attempt })
      case 'register':
        return this.emit({ type: 'transport.registered', attempt: command.attempt, expires: 600 })
      case 'unregister':
        return this.emit({ type: 'transport.unregistered', attempt: command.attempt })
    }
  }

  leg(id: string): FakeLeg {
    const leg = this.legs.get(id) ?? new FakeLeg(id, this.ignores)
    this.legs.set(id, leg)
    this.onLeg?.(leg)
    return leg
  }

  dispose() {
    this.disposals += 1
    this.subject.complete()
  }

  emit(event: TransportEvent) {
    this.subject.next(event)
  }

  /** The connection of the last `connect` is gone. */
  close(permanent = false) {
    const cause: Failure = { code: 'connection.lost', text: 'The socket closed' }
    this.emit({ type: 'transport.closed', attempt: this.#lastConnect, permanent, cause })
  }

  /** Somebody calls us. */
  ring(id = `incoming-${++this.#incoming}`, more: { replaces?: string; referredBy?: Party } = {}): FakeLeg {
    const from = { address: 'sip:bob@example.org', displayName: 'Bob' }
    this.emit({ type: 'transport.incoming', leg: id, from, to: { address: 'sip:me@example.org' }, ...more })
    return this.legs.get(id) as FakeLeg
  }

  sent(type: TransportCommand['type']) {
    return this.commands.filter((command) => command.type === type)
  }
}

export class FakeLeg implements Leg {
  readonly id: string
  readonly commands: LegCommand[] = []
  readonly subject = new Subject<LegEvent>()
  readonly attached: MediaStream[] = []
  remoteStream: MediaStream | null = null
  /** What it measures now. */
  measured: MediaMeasure | null = null
  disposals = 0
  onSend: ((command: LegCommand) => void) | null = null
  onDispose: (() => void) | null = null
  readonly #ignores: ReadonlySet<string>

  constructor(id: string, ignores: ReadonlySet<string>) {
    this.id = id
    this.#ignores = ignores
  }

  get events() {
    return this.subject.asObservable()
  }

  attach(stream: MediaStream) {
    this.attached.push(stream)
  }

  measure(): Promise<MediaMeasure | null> {
    return Promise.resolve(this.measured)
  }

  send(command: LegCommand) {
    this.commands.push(command)
    if (this.onSend !== null) return this.onSend(command)
    if (this.#ignores.has(command.type)) return
    switch (command.type) {
      case 'dial':
        return this.emit({ type: 'leg.ringing', earlyMedia: false })
      case 'answer':
        return this.answered()
      case 'reject':
      case 'hangup':
        return this.emit({ type: 'leg.ended', end: { by: 'local', reason: 'hangup' } })
      case 'offer':
        return this.emit({
          type: 'leg.offer.accepted',
          attempt: command.attempt,
          granted: command.terms,
          peerHolds: false
        })
      case 'accept':
        return this.emit({ type: 'leg.offer.answered', peerHolds: false, video: command.video ?? 'off' })
      case 'abandon':
      case 'refuse':
      case 'microphone':
        return
      case 'verify':
        return this.emit({ type: 'leg.verified', attempt: command.attempt })
      case 'dtmf':
        return this.emit({ type: 'leg.dtmf.sent', attempt: command.attempt })
      case 'refer':
        return this.emit({ type: 'leg.refer.accepted', attempt: command.attempt })
      case 'report':
        return
      case 'record':
        return this.emit({ type: 'leg.record.done', attempt: command.attempt, action: command.action })
    }
  }

  dispose() {
    this.disposals += 1
    this.onDispose?.()
    this.subject.complete()
  }

  emit(event: LegEvent) {
    this.subject.next(event)
  }

  /** The far end answers, and media flows. */
  answered() {
    this.emit({ type: 'leg.answered' })
    this.emit({ type: 'leg.path.connected' })
  }

  /** The peer sends something to be heard. */
  plays(): FakeStream {
    const stream = new FakeStream()
    this.remoteStream = stream as unknown as MediaStream
    this.emit({ type: 'leg.media' })
    return stream
  }

  /** The number of the last command of this kind. */
  attempt(type: 'offer' | 'verify' | 'dtmf' | 'refer' | 'record'): number {
    const last = this.sent(type).at(-1)
    return last !== undefined && 'attempt' in last ? last.attempt : 0
  }

  sent(type: LegCommand['type']) {
    return this.commands.filter((command) => command.type === type)
  }
}
