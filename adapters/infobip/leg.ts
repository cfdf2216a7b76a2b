import type { LegEvent, RejectReason, Video } from '../../machines/index.ts'
import { Negotiation, ProviderLeg } from '../kit/index.ts'
import type { CommandOf, VideoSeen } from '../kit/index.ts'
import { hasVideo } from '../webrtc/sdp.ts'
import { canSendTones, sendTone } from '../webrtc/tones.ts'
import type { ToneOutcome } from '../webrtc/tones.ts'
import { fromWire, toWire } from './candidates.ts'
import { destinationOf, wordsFor } from './destination.ts'
import { endingOf, lostEnd, mediaEnd, rejections } from './endings.ts'
import type { CallFrame, Gateway, InfobipCallDetails, OffersLine } from './gateway.ts'
import { Muting } from './muting.ts'
import { Offers } from './offers.ts'
import type { ClientAction, GatewayEvents } from './wire.ts'

/** One call at the gateway. */
export class InfobipLeg extends ProviderLeg implements OffersLine {
  readonly callId: string
  readonly correlationId: string
  readonly negotiation = new Negotiation(this.media)
  readonly #gateway: Gateway
  readonly #incoming: GatewayEvents['call'] | null
  readonly #muting: Muting
  #offers: Offers | null = null
  /** What our first answer, or the one to our call, has come to. */
  #seen: VideoSeen | null = null
  /** The gateway knows of the call. */
  #isPlaced: boolean
  /** We have said that it is over. */
  #isLeaving = false

  constructor(id: string, gateway: Gateway, incoming: GatewayEvents['call'] | null = null) {
    super(id, gateway)
    this.#gateway = gateway
    this.#incoming = incoming
    this.isIncoming = this.#isPlaced = incoming !== null
    this.callId = incoming?.callId ?? crypto.randomUUID()
    this.correlationId = incoming?.correlationId ?? crypto.randomUUID()
    this.#muting = new Muting(this.callId, gateway)
  }

  get details(): InfobipCallDetails {
    const { callId, correlationId } = this
    const { customData = {}, description, recording = false } = this.#incoming ?? {}
    return { callId, correlationId, customData, recording, offersVideo: hasVideo(description?.sdp ?? '') }
  }

  receive(frame: CallFrame) {
    switch (frame.event) {
      case 'ringing':
        return this.ringing()
      case 'call_response':
        return this.enqueue(() => this.#described(frame))
      case 'call_accepted':
        return this.enqueue(() => this.answered())
      case 'trickle_ice':
        // in turn, because it belongs to the description before it
        return this.enqueue(() => this.media.add(fromWire(frame.candidate)))
      case 'updating_call':
        return this.#offers?.received(frame.description.sdp)
      case 'call_reconnected':
        return this.#offers?.resumption?.reconnected(frame.description.sdp)
      case 'hangup':
      case 'call-error':
        return this.cleared(endingOf(frame, this, this.#gateway.reasons))
      // ended for us with our answer; what 1.x tells for people to see
      case 'updated_call':
      case 'info':
        return
    }
  }

  /** The gateway ends what is not answered, and what cannot be resumed. */
  connectionLost(mayReturn: boolean) {
    const { resuming } = this.#gateway
    if (mayReturn && resuming && this.isAnswered && !this.#isLeaving) return this.#offers?.forget()
    // it may have been answered on the way, and then it lives on
    if (mayReturn && this.#isPlaced) resuming?.leave(this.callId)
    this.over(this.#isLeaving ? { by: 'local', reason: 'hangup' } : lostEnd)
  }

  say(action: ClientAction): boolean {
    return this.#gateway.say(action)
  }

  override emit(event: LegEvent) {
    super.emit(event)
    if (event.type === 'leg.answered' || event.type === 'leg.verified') this.#muting.tell()
  }

  override answered() {
    if (this.isAnswered || this.#isDone) return
    if (this.isIncoming) this.#negotiable()
    super.answered(this.#seen)
  }

  override end(event: LegEvent) {
    this.#offers = null
    super.end(event)
  }

  protected override offer(command: CommandOf<'offer'>) {
    this.#offers?.offer(command)
  }

  protected override accept(video: Video) {
    this.#offers?.welcome(video)
  }

  protected override abandon(attempt: number) {
    this.#offers?.abandon(attempt)
  }

  protected override microphone(live: boolean) {
    this.#muting.set(!live, this.isAnswered && !this.#isLeaving)
  }

  /** In the audio where the peer takes it so, else, or when asked to, as 1.x does by message. */
  protected override digit({ tone, duration, method }: CommandOf<'dtmf'>, outcome: ToneOutcome) {
    const sender = this.media.peer?.audio ?? null
    const how = method ?? this.#gateway.digits ?? (canSendTones(sender) ? 'rtp' : 'info')
    if (how === 'rtp') return sendTone(sender, { tone, duration }, outcome)
    // which nobody confirms
    if (this.say({ action: 'dtmf_info', callId: this.callId, digit: tone, duration })) return outcome.sent()
    outcome.failed({ code: 'dtmf.failed', text: 'There is no connection' })
  }

  protected verify(attempt: number) {
    if (this.#gateway.resuming) this.#offers?.resumption?.verify(attempt)
    else this.emit({ type: 'leg.gone', attempt })
  }

  protected dial({ target, video: wanted = 'off', ...options }: CommandOf<'dial'>) {
    this.enqueue(async () => {
      const destination = destinationOf(target)
      if (destination === null) return this.over({ by: 'system', reason: 'invalid-number' })
      const { callId, correlationId } = this
      this.#open()
      // a phone takes none
      const video = destination.kind === 'phone' || !this.negotiation.hasVideo ? 'off' : wanted
      const sdp = await this.negotiation.offer(video)
      if (this.#isDone) return
      const words = wordsFor(destination, video !== 'off', options)
      this.#isPlaced = this.say({ ...words, callId, correlationId, description: { type: 'offer', sdp } })
      if (!this.#isPlaced) return this.over(lostEnd)
      this.negotiation.told()
    })
  }

  /** The caller confirms nothing: it is answered when our answer has left. */
  protected answer(video: Video) {
    this.enqueue(async () => {
      if (this.#incoming === null || this.#isDone) return
      const { callId } = this
      const { sdp: offer } = this.#incoming.description
      this.#open()
      const sdp = await this.negotiation.answer(offer, video)
      if (this.#isDone) return
      if (!this.say({ action: 'call_response', callId, status: 'accept', description: { type: 'answer', sdp } }))
        return this.over(lostEnd)
      this.negotiation.told()
      this.#seen = this.negotiation.taken(offer)
      this.answered()
    })
  }

  protected reject(reason: RejectReason) {
    if (this.#isDone || !this.isIncoming) return
    const code = rejections[reason]
    this.#farewell(code)
    // 486 is echoed to us, 480 is not
    if (code === rejections.unavailable || !this.#gateway.isOpen) this.over({ by: 'local', reason: 'declined' })
  }

  protected hangup() {
    if (this.#isDone) return
    this.#farewell(rejections.declined)
    if (!this.#isPlaced || !this.#gateway.isOpen) return this.hungUp()
    // the echo ends it; whoever hung up is not heard until then
    this.#offers = null
    this.media.close()
  }

  protected leave() {
    this.#farewell(rejections.unavailable)
  }

  protected failed(error: unknown) {
    this.leave()
    this.over(mediaEnd(error))
  }

  #open() {
    const connection = this.#gateway.openConnection()
    this.negotiation.open(
      connection,
      (candidate) => void this.say({ action: 'ice_candidate', callId: this.callId, ice: toWire(candidate) }),
      this.#gateway.video?.begin(connection)
    )
  }

  /** The gateway's answer to our call, or to an offer of ours in it. */
  async #described({ description: { sdp }, isEarlyMedia }: GatewayEvents['call_response']) {
    if (this.#isDone || this.media.peer === null) return
    if (this.isAnswered && this.#offers !== null) return this.#offers.answered(sdp)
    // the callee was heard before it answered, and now it does
    if (this.#offers !== null) return isEarlyMedia === true ? undefined : this.answered()
    this.#seen = await this.negotiation.accept(sdp)
    this.#negotiable()
    if (isEarlyMedia === true) this.ringing(true)
    else this.answered()
  }

  /** From now on there is a first agreement that others can follow. */
  #negotiable() {
    if (this.media.peer !== null) this.#offers = new Offers(this, this.#seen?.video ?? 'off', this.#gateway.resuming)
  }

  get #isDone() {
    return this.isOver || this.#isLeaving
  }

  /** Tells the gateway that the call is over, in the words for how far it has come. */
  #farewell(code: number) {
    if (this.#isDone) return
    this.#isLeaving = true
    if (!this.#isPlaced) return
    const { callId } = this
    const { resuming, isOpen } = this.#gateway
    const isRinging = this.isIncoming && !this.isAnswered
    if (resuming && !isRinging) resuming.leave(callId)
    else if (isRinging && isOpen) this.say({ action: 'call_response', callId, status: 'decline', code })
    else if (isOpen) this.say({ action: 'hangup', callId })
  }
}
