import { Subject } from 'rxjs'
import type { CallEnd, Failure, Leg, LegCommand, LegEvent, RejectReason, Video } from '../../machines/index.ts'
import type { ToneOutcome } from '../webrtc/tones.ts'
import { LegMedia } from './media.ts'
import type { VideoSeen } from './negotiation.ts'

/** The command of this type. */
export type CommandOf<Type extends LegCommand['type']> = Extract<LegCommand, { type: Type }>

/** What every leg needs of its account. */
export interface LegAccount {
  forget(leg: ProviderLeg): void
}

/**
 * One call at a provider: its media, what is told of it, and that it ends once. What only some providers can do is refused
 * here; whose calls can do it says how.
 */
export abstract class ProviderLeg implements Leg {
  readonly id: string
  isIncoming = false
  isAnswered = false
  isOver = false
  readonly #account: LegAccount
  readonly #events = new Subject<LegEvent>()
  readonly events = this.#events.asObservable()
  readonly media = new LegMedia((event) => this.emit(event))
  #work: Promise<void> = Promise.resolve()

  constructor(id: string, account: LegAccount) {
    this.id = id
    this.#account = account
  }

  /** What the provider may still call it once it is over; null: it may reach us again. */
  abstract readonly callId: string | null
  /** `mayReturn`: another connection is being opened. */
  abstract connectionLost(mayReturn: boolean): void
  protected abstract dial(command: CommandOf<'dial'>): void
  protected abstract answer(video: Video): void
  protected abstract reject(reason: RejectReason): void
  protected abstract hangup(): void
  protected abstract verify(attempt: number): void
  /** Nobody wants the call any more: tells the provider, if there is anything to tell. */
  protected abstract leave(): void
  /** What was to be done could not be done. */
  protected abstract failed(error: unknown): void

  send(command: LegCommand) {
    switch (command.type) {
      case 'dial':
        return this.dial(command)
      case 'answer':
        return this.answer(command.video ?? 'off')
      case 'reject':
        return this.reject(command.reason)
      case 'hangup':
        return this.hangup()
      case 'verify':
        return this.verify(command.attempt)
      case 'offer':
        return this.offer(command)
      case 'accept':
        return this.accept(command.video ?? 'off')
      case 'abandon':
        return this.abandon(command.attempt)
      case 'dtmf':
        return this.digit(command, {
          sent: () => this.emit({ type: 'leg.dtmf.sent', attempt: command.attempt }),
          failed: (cause) => this.emit({ type: 'leg.dtmf.failed', attempt: command.attempt, cause })
        })
      case 'microphone':
        return this.microphone(command.live)
      // neither transfers nor recording are capabilities, and who cannot refuse an offer may leave it
      case 'refer':
      case 'report':
      case 'record':
      case 'refuse':
        return
    }
  }

  get remoteStream() {
    return this.media.remoteStream
  }

  attach(stream: MediaStream) {
    this.media.attach(stream)
  }

  measure() {
    return this.media.measure()
  }

  dispose() {
    this.leave()
    this.media.close()
    this.isOver = true
    this.#events.complete()
    this.#account.forget(this)
  }

  emit(event: LegEvent) {
    if (!this.isOver) this.#events.next(event)
  }

  /** The last word about the call, said once. */
  end(event: LegEvent) {
    if (this.isOver) return
    this.media.close()
    // first: whoever hears it may dispose of the leg at once, and nobody is told twice
    this.isOver = true
    this.#events.next(event)
  }

  ringing(earlyMedia = false) {
    if (!this.isAnswered) this.emit({ type: 'leg.ringing', earlyMedia })
  }

  answered(seen: VideoSeen | null = null) {
    if (this.isAnswered) return
    this.isAnswered = true
    this.emit({ type: 'leg.answered', ...seen })
  }

  over(end: CallEnd) {
    this.end({ type: 'leg.ended', end })
  }

  /** The provider says that it is over. */
  cleared(end: CallEnd) {
    this.end({ type: this.isIncoming || this.isAnswered ? 'leg.ended' : 'leg.rejected', end })
  }

  /** We have hung up. */
  hungUp() {
    this.over({ by: 'local', reason: this.isAnswered ? 'hangup' : 'cancelled' })
  }

  /** Does this after all that was to be done before, unless the call is over by then. */
  enqueue(act: () => void | Promise<void>) {
    this.#work = this.#work.then(() => (this.isOver ? undefined : act())).catch((error: unknown) => this.failed(error))
  }

  protected offer({ attempt }: CommandOf<'offer'>) {
    this.emit({ type: 'leg.offer.refused', attempt, glare: false, cause: noOffers })
  }

  protected accept(_video: Video) {
    this.emit({ type: 'leg.offer.failed', cause: noOffers })
  }

  protected abandon(_attempt: number) {}

  protected digit(_digit: CommandOf<'dtmf'>, { failed }: ToneOutcome) {
    failed(noDigits)
  }

  protected microphone(_live: boolean) {}
}

const noOffers: Failure = { code: 'negotiation.rejected', text: 'This provider has no offers in a call' }
const noDigits: Failure = { code: 'dtmf.unsupported', text: 'This provider has no digits' }
