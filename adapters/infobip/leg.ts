import { Subject } from 'rxjs'
import type { CallEnd, Leg, LegCommand, LegEvent, Video } from '../../machines/index.ts'
import { destinationOf, wordsFor } from './destination.ts'
import { sendDigit } from './digits.ts'
import { endingOf, farewellOf, lostEnd, mediaEnd, rejections } from './endings.ts'
import { detailsOf } from './gateway.ts'
import type { CallFrame, Gateway, InfobipCallDetails, VideoSeen } from './gateway.ts'
import { LegMedia } from './media.ts'
import { Muting } from './muting.ts'
import { Offers } from './offers.ts'
import type { GatewayEvents } from './wire.ts'

/** One call at the gateway. */
export class InfobipLeg implements Leg {
  readonly id: string
  readonly callId: string
  readonly correlationId: string
  readonly #gateway: Gateway
  readonly #incoming: GatewayEvents['call'] | null
  readonly #muting: Muting
  readonly #events = new Subject<LegEvent>()
  readonly events = this.#events.asObservable()
  readonly #media: LegMedia
  #offers: Offers | null = null
  /** What our first answer, or the one to our call, has come to. */
  #seen: VideoSeen | undefined
  /** The gateway knows of the call. */
  #isPlaced: boolean
  #isAnswered = false
  /** We have said that it is over. */
  #isLeaving = false
  #isOver = false
  #work: Promise<void> = Promise.resolve() // descriptions are applied in the order in which they came

  constructor(id: string, gateway: Gateway, incoming: GatewayEvents['call'] | null = null) {
    this.id = id
    this.#gateway = gateway
    this.#incoming = incoming
    this.#isPlaced = incoming !== null
    this.callId = incoming?.callId ?? crypto.randomUUID()
    this.correlationId = incoming?.correlationId ?? crypto.randomUUID()
    this.#muting = new Muting(this.callId, gateway)
    this.#media = new LegMedia(gateway, this.callId, (event) => this.#emit(event))
  }

  get details(): InfobipCallDetails {
    return detailsOf(this, this.#incoming)
  }

  get remoteStream() {
    return this.#media.remoteStream
  }

  attach(stream: MediaStream) {
    this.#media.attach(stream)
  }

  measure() {
    return this.#media.measure()
  }

  send(command: LegCommand) {
    switch (command.type) {
      case 'dial':
        return this.#enqueue(() => this.#dial(command))
      case 'answer':
        return this.#enqueue(() => this.#answer(command.video ?? 'off'))
      case 'reject':
        return this.#decline(rejections[command.reason])
      case 'hangup':
        return this.#hangup()
      case 'offer':
        return this.#offers?.offer(command)
      case 'accept':
        return this.#offers?.welcome(command.video ?? 'off')
      case 'abandon':
        return this.#offers?.abandon(command.attempt)
      case 'refer': // nobody is transferred or recorded
      case 'report':
      case 'record':
      case 'refuse': // there is no word for it, and no need: the gateway lets one side offer at a time
        return
      case 'verify':
        if (this.#gateway.resuming) return this.#offers?.resumption?.verify(command.attempt)
        return this.#emit({ type: 'leg.gone', attempt: command.attempt })
      case 'dtmf':
        return this.#digit(command)
      case 'microphone':
        return this.#muting.set(!command.live, this.#isAnswered && !this.#isLeaving)
    }
  }

  receive(frame: CallFrame) {
    switch (frame.event) {
      case 'ringing':
        return this.#isAnswered ? undefined : this.#emit({ type: 'leg.ringing', earlyMedia: false })
      case 'call_response':
        return this.#enqueue(() => this.#described(frame))
      case 'call_accepted':
        return this.#enqueue(() => this.#answered())
      case 'trickle_ice':
        // in turn, because it belongs to the description before it
        return this.#enqueue(() => this.#media.add(frame.candidate))
      case 'updating_call':
        return this.#offers?.received(frame.description.sdp)
      case 'call_reconnected':
        return this.#offers?.resumption?.reconnected(frame.description.sdp)
      case 'hangup':
      case 'call-error':
        return this.#end(endingOf(frame, this.#progress, this.#gateway.reasons))
      // ended for us with our answer; what 1.x tells for people to see
      case 'updated_call':
      case 'info':
        return
    }
  }

  /** The gateway ends what is not answered, and what cannot be resumed. */
  connectionLost(mayReturn: boolean) {
    if (mayReturn && this.#gateway.resuming && this.#isAnswered && !this.#isLeaving) return this.#offers?.forget()
    // it may have been answered on the way, and then it lives on
    if (this.#isPlaced) this.#gateway.resuming?.leave(this.callId)
    this.#over(this.#isLeaving ? { by: 'local', reason: 'hangup' } : lostEnd)
  }

  dispose() {
    this.#farewell(480)
    this.#isOver = true
    this.#release()
    this.#events.complete()
    this.#gateway.forget(this)
  }

  async #dial({ target, video: wanted = 'off', ...options }: Extract<LegCommand, { type: 'dial' }>) {
    const destination = destinationOf(target)
    if (destination === null) return this.#over({ by: 'system', reason: 'invalid-number' })
    const { callId, correlationId } = this
    // a phone takes none
    const video = destination.kind === 'phone' ? 'off' : wanted
    try {
      const peer = this.#media.open()
      const offer = await peer.offer({ prepare: () => this.#media.video?.prepareOffer(video) })
      const sdp = this.#media.video?.written(offer) ?? offer
      if (this.#isOver || this.#isLeaving) return
      this.#isPlaced = this.#gateway.say({
        ...wordsFor(destination, this.#media.video !== null && video !== 'off', options),
        callId,
        correlationId,
        description: { type: 'offer', sdp }
      })
      if (!this.#isPlaced) return this.#over(lostEnd)
      peer.told()
    } catch (error) {
      this.#over(mediaEnd(error))
    }
  }

  /** The caller confirms nothing: it is answered when our answer has left. */
  async #answer(video: Video) {
    const { callId } = this
    if (this.#incoming === null || this.#isOver || this.#isLeaving) return
    const { sdp: offer } = this.#incoming.description
    try {
      const peer = this.#media.open()
      const answer = await peer.answer(offer, () => this.#media.video?.prepareAnswer(offer, video))
      const sdp = this.#media.video?.written(answer) ?? answer
      if (this.#isOver || this.#isLeaving) return
      const description = { type: 'answer', sdp } as const
      if (!this.#gateway.say({ action: 'call_response', callId, status: 'accept', description }))
        return this.#over(lostEnd)
      peer.told()
      this.#seen = this.#media.video?.taken(offer)
      this.#answered()
    } catch (error) {
      this.#farewell(rejections.unavailable)
      this.#over(mediaEnd(error))
    }
  }

  /** The gateway's answer to our call, or to an offer of ours in it. */
  async #described({ description, isEarlyMedia }: GatewayEvents['call_response']) {
    const { peer, video } = this.#media
    if (this.#isOver || this.#isLeaving || peer === null) return
    if (this.#isAnswered && this.#offers !== null) return this.#offers.answered(description.sdp)
    // the callee was heard before it answered, and now it does
    if (this.#offers !== null) return isEarlyMedia === true ? undefined : this.#answered()
    try {
      await peer.accept(description.sdp)
    } catch (error) {
      this.#farewell(rejections.unavailable)
      return this.#over(mediaEnd(error))
    }
    this.#seen = video?.granted(description.sdp)
    this.#negotiable()
    if (isEarlyMedia === true) this.#emit({ type: 'leg.ringing', earlyMedia: true })
    else this.#answered()
  }

  #answered() {
    if (this.#isAnswered || this.#isOver || this.#isLeaving) return
    this.#isAnswered = true
    if (this.#incoming !== null) this.#negotiable()
    this.#emit({ type: 'leg.answered', ...this.#seen })
    this.#muting.tell()
  }

  /** From now on there is a first agreement that others can follow. */
  #negotiable() {
    const { peer, video } = this.#media
    if (peer === null) return
    this.#offers = new Offers(peer, video, this.#seen?.video ?? 'off', this.#gateway.resuming, {
      callId: this.callId,
      correlationId: this.correlationId,
      say: (action) => this.#gateway.say(action),
      emit: (event) => {
        this.#emit(event)
        if (event.type === 'leg.verified') this.#muting.tell()
      },
      enqueue: (act) => this.#enqueue(act)
    })
  }

  get #progress() {
    return { isIncoming: this.#incoming !== null, isAnswered: this.#isAnswered }
  }

  #digit(command: Extract<LegCommand, { type: 'dtmf' }>) {
    const { attempt } = command
    sendDigit(command, this.#media.peer?.audio ?? null, this.#gateway, this.callId, {
      sent: () => this.#emit({ type: 'leg.dtmf.sent', attempt }),
      failed: (cause) => this.#emit({ type: 'leg.dtmf.failed', attempt, cause })
    })
  }

  #decline(code: number) {
    if (this.#isOver || this.#isLeaving || this.#incoming === null) return
    this.#farewell(code)
    // 486 is echoed to us, 480 is not
    if (code === rejections.unavailable || !this.#gateway.isOpen) this.#over({ by: 'local', reason: 'declined' })
  }

  #hangup() {
    if (this.#isOver || this.#isLeaving) return
    const isEchoed = this.#isPlaced && this.#gateway.isOpen
    this.#farewell(rejections.declined)
    // the echo ends it; whoever hung up is not heard until then
    if (isEchoed) this.#release()
    else this.#over({ by: 'local', reason: this.#isAnswered ? 'hangup' : 'cancelled' })
  }

  /** Tells the gateway that the call is over, in the words for how far it has come. */
  #farewell(code: number) {
    if (this.#isOver || this.#isLeaving) return
    this.#isLeaving = true
    if (!this.#isPlaced) return
    const { callId } = this
    const isRinging = this.#incoming !== null && !this.#isAnswered
    if (this.#gateway.resuming && !isRinging) this.#gateway.resuming.leave(callId)
    else if (this.#gateway.isOpen) this.#gateway.say(farewellOf(callId, isRinging ? code : null))
  }

  #over(end: CallEnd) {
    this.#end({ type: 'leg.ended', end })
  }

  #end(event: LegEvent) {
    if (this.#isOver) return
    this.#release()
    this.#emit(event)
    this.#isOver = true
  }

  #release() {
    this.#offers = null
    this.#media.close()
  }

  #enqueue(act: () => void | Promise<void>) {
    this.#work = this.#work
      .then(() => (this.#isOver ? undefined : act()))
      .catch((error: unknown) => this.#over(mediaEnd(error)))
  }

  #emit(event: LegEvent) {
    if (!this.#isOver) this.#events.next(event)
  }
}
