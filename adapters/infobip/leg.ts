import { Subject } from 'rxjs'
import type { CallEnd, Leg, LegCommand, LegEvent, MediaMeasure } from '../../machines/index.ts'
import { Peer } from '../webrtc/peer.ts'
import { fromWire, mostCandidates, toWire } from './candidates.ts'
import { destinationOf, wordsFor } from './destination.ts'
import { sendDigit } from './digits.ts'
import { endingOf, farewellOf, lostEnd, mediaEnd, rejections } from './endings.ts'
import { detailsOf } from './gateway.ts'
import type { CallFrame, Gateway, InfobipCallDetails } from './gateway.ts'
import { Muting } from './muting.ts'
import { Offers } from './offers.ts'
import type { Candidate, GatewayEvents } from './wire.ts'

/** One call at the gateway, and its media. */
export class InfobipLeg implements Leg {
  readonly id: string
  readonly callId: string
  readonly correlationId: string
  readonly #gateway: Gateway
  readonly #incoming: GatewayEvents['call'] | null
  readonly #muting: Muting
  readonly #events = new Subject<LegEvent>()
  readonly events = this.#events.asObservable()
  #peer: Peer | null = null
  #offers: Offers | null = null
  #early: Candidate[] = []
  #stream: MediaStream | null = null
  remoteStream: MediaStream | null = null
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
  }

  get details(): InfobipCallDetails {
    return detailsOf(this, this.#incoming)
  }

  attach(stream: MediaStream) {
    this.#stream = stream
    this.#peer?.replace(this.#tracks)
  }

  measure(): Promise<MediaMeasure | null> {
    return this.#peer?.measure() ?? Promise.resolve(null)
  }

  send(command: LegCommand) {
    switch (command.type) {
      case 'dial':
        return this.#enqueue(() => this.#dial(command))
      case 'answer':
        return this.#enqueue(() => this.#answer())
      case 'reject':
        return this.#decline(rejections[command.reason])
      case 'hangup':
        return this.#hangup()
      case 'offer':
        return this.#offers?.offer(command)
      case 'accept':
        return this.#offers?.welcome()
      case 'abandon':
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
        return this.#candidate(frame.candidate)
      case 'updating_call':
        return this.#offers?.received(frame.description.sdp)
      case 'call_reconnected':
        return this.#offers?.resumption?.reconnected(frame.description.sdp)
      case 'hangup':
      case 'call-error':
        return this.#end(endingOf(frame, { isIncoming: this.#incoming !== null, isAnswered: this.#isAnswered }))
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
    if (this.#gateway.resuming && this.#isPlaced) this.#gateway.leave(this.callId)
    this.#over(this.#isLeaving ? { by: 'local', reason: 'hangup' } : lostEnd)
  }

  dispose() {
    this.#farewell(480)
    this.#isOver = true
    this.#release()
    this.#events.complete()
    this.#gateway.forget(this)
  }

  async #dial({ target, ...options }: Extract<LegCommand, { type: 'dial' }>) {
    const destination = destinationOf(target)
    if (destination === null) return this.#over({ by: 'system', reason: 'invalid-number' })
    const { callId, correlationId } = this
    const isVideo = this.#tracks.some(({ kind }) => kind === 'video')
    try {
      const peer = this.#open()
      const sdp = await peer.offer()
      if (this.#isOver || this.#isLeaving) return
      this.#isPlaced = this.#gateway.say({
        ...wordsFor(destination, isVideo, options),
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
  async #answer() {
    const { callId } = this
    if (this.#incoming === null || this.#isOver || this.#isLeaving) return
    try {
      const peer = this.#open()
      this.#early.splice(0).forEach((candidate) => peer.add(fromWire(candidate)))
      const sdp = await peer.answer(this.#incoming.description.sdp)
      if (this.#isOver || this.#isLeaving) return
      const description = { type: 'answer', sdp } as const
      if (!this.#gateway.say({ action: 'call_response', callId, status: 'accept', description }))
        return this.#over(lostEnd)
      peer.told()
      this.#answered()
    } catch (error) {
      this.#farewell(rejections.unavailable)
      this.#over(mediaEnd(error))
    }
  }

  /** The gateway's answer to our call, or to an offer of ours in it. */
  async #described({ description, isEarlyMedia }: GatewayEvents['call_response']) {
    if (this.#isOver || this.#isLeaving || this.#peer === null) return
    if (this.#isAnswered && this.#offers !== null) return this.#offers.answered(description.sdp)
    // the callee was heard before it answered, and now it does
    if (this.#offers !== null) return isEarlyMedia === true ? undefined : this.#answered()
    try {
      await this.#peer.accept(description.sdp)
    } catch (error) {
      this.#farewell(rejections.unavailable)
      return this.#over(mediaEnd(error))
    }
    this.#negotiable()
    if (isEarlyMedia === true) this.#emit({ type: 'leg.ringing', earlyMedia: true })
    else this.#answered()
  }

  #answered() {
    if (this.#isAnswered || this.#isOver || this.#isLeaving) return
    this.#isAnswered = true
    if (this.#incoming !== null) this.#negotiable()
    this.#emit({ type: 'leg.answered' })
    this.#muting.tell()
  }

  /** From now on there is a first agreement that others can follow. */
  #negotiable() {
    if (this.#peer === null) return
    this.#offers = new Offers(this.#peer, this.#gateway.resuming, {
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

  /** 2.x has connections of their own for video. */
  get #tracks() {
    return (this.#gateway.resuming ? this.#stream?.getAudioTracks() : this.#stream?.getTracks()) ?? []
  }

  #open(): Peer {
    const peer = new Peer(this.#gateway.openConnection(), this.#stream, this.#tracks, {
      emit: (event) => this.#emit(event),
      play: (stream) => {
        this.remoteStream = stream
        this.#emit({ type: 'leg.media' })
      },
      found: (candidate) =>
        void this.#gateway.say({ action: 'ice_candidate', callId: this.callId, ice: toWire(candidate) })
    })
    this.#peer = peer
    return peer
  }

  /** In turn, because it belongs to the description before it. */
  #candidate(candidate: Candidate) {
    if (this.#peer !== null) this.#enqueue(() => this.#peer?.add(fromWire(candidate)))
    else if (this.#early.length < mostCandidates) this.#early.push(candidate)
  }

  #digit(command: Extract<LegCommand, { type: 'dtmf' }>) {
    const { attempt } = command
    sendDigit(command, this.#peer?.audio ?? null, this.#gateway, this.callId, {
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
    if (this.#gateway.resuming && !isRinging) this.#gateway.leave(callId)
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
    this.#peer?.close()
    this.#peer = null
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
