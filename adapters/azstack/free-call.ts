import { endedElsewhere } from './callin.ts'
import type { Dialogue, Farewell, Line } from './line.ts'
import type { Media } from './media.ts'
import { service } from './packets.ts'
import type { ClientPacket, ServerBody, ServerPacket } from './packets.ts'
import { freeCodes, freeMeaning } from './statuses.ts'

const audio = 1
/** Who has told us of more than this before we answered is making them up. */
const mostCandidates = 200

/** A call between two users: the service passes on what they say, and candidates follow one by one. */
abstract class FreeCall implements Dialogue {
  protected readonly line: Line
  protected readonly callId: number
  /** The other one's `userId`. */
  protected readonly peer: number
  protected media: Media | null = null
  /** The caller's candidates, which come before we have answered. */
  protected readonly early: RTCIceCandidateInit[] = []
  /** What we have found before the other one could be told. */
  #waiting: RTCIceCandidate[] | null = []

  constructor(line: Line, callId: number, peer: number) {
    this.line = line
    this.callId = callId
    this.peer = peer
  }

  abstract begin(): void
  abstract answer(): void
  protected abstract changed(status: number): void

  owns({ service: about, body }: ServerPacket): boolean {
    const isRelayed = about === service.freeStart || about === service.freeData || about === service.freeStatus
    return isRelayed && body.callId === this.callId && body.from === this.peer
  }

  receive(packet: ServerPacket) {
    if (packet.service === service.freeData) this.#told(packet.body)
    if (packet.service === service.freeStatus) this.changed(packet.body.status)
  }

  farewell(reason: Farewell): ClientPacket {
    return this.status(freeCodes[reason])
  }

  protected status(status: number): ClientPacket {
    return { service: service.freeStatus, body: { callId: this.callId, to: this.peer, status } }
  }

  protected open(): Media {
    this.media = this.line.open((candidate) => this.#found(candidate))
    return this.media
  }

  /** The other one has our description: candidates may follow. */
  protected described() {
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const candidate of waiting) this.#found(candidate)
  }

  protected answeredWith(_answer: string) {}

  #told(data: ServerBody<187>) {
    if (data.type === 1) return this.answeredWith(data.data.sdp)
    if (this.early.length > mostCandidates) return this.line.garbage('More candidates than anybody has')
    const { sdp: candidate, sdpMid, sdpMLineIndex } = data.data
    if (this.media === null) return void this.early.push({ candidate, sdpMid, sdpMLineIndex })
    this.add({ candidate, sdpMid, sdpMLineIndex })
  }

  /** One that cannot be used leaves the others. */
  protected add(candidate: RTCIceCandidateInit) {
    this.media?.add(candidate).catch(() => this.line.garbage('A candidate that cannot be used'))
  }

  #found(candidate: RTCIceCandidate) {
    if (this.#waiting !== null) return void this.#waiting.push(candidate)
    const { candidate: sdp, sdpMid, sdpMLineIndex } = candidate
    const data = { sdpMid: sdpMid ?? '0', sdpMLineIndex: sdpMLineIndex ?? 0, sdp }
    this.line.say({ service: service.freeData, body: { callId: this.callId, to: this.peer, type: 2, data } })
  }
}

/** One we place. "Answered" comes before the answer. */
export class FreeCallout extends FreeCall {
  #isTaken = false
  #isAccepted = false

  begin() {
    this.line.attempt(async () => {
      const sdp = await this.open().offer(this.line.stream)
      if (this.line.isOver) return
      const offer = { type: 'offer', sdp } as const
      this.line.say({
        service: service.freeStart,
        body: { callId: this.callId, mediaType: audio, to: this.peer, sdp: offer }
      })
      this.described()
      this.line.started()
    })
  }

  answer() {}

  protected changed(status: number) {
    const meaning = freeMeaning(status)
    if (meaning === null) return this.line.remark({ where: 'here', code: status })
    if ('end' in meaning) return this.line.over({ by: 'remote', reason: meaning.end, code: status })
    if (meaning.state === 'ringing') return this.line.ringing()
    if (meaning.state !== 'established') return
    this.#isTaken = true
    this.#check()
  }

  protected override answeredWith(answer: string) {
    const { media } = this
    if (media === null || this.#isAccepted) return this.line.garbage('An answer to no offer')
    this.line.attempt(async () => {
      await media.accept(answer)
      this.#isAccepted = true
      this.#check()
    })
  }

  #check() {
    if (this.#isTaken && this.#isAccepted) this.line.answered()
  }
}

/** One that reaches us. */
export class FreeCallin extends FreeCall {
  readonly #offer: string

  constructor(line: Line, { callId, from, sdp }: ServerBody<186>) {
    super(line, callId, from)
    this.#offer = sdp.sdp
  }

  override owns(packet: ServerPacket): boolean {
    if (packet.service === service.freeStatusElsewhere) return packet.body.callId === this.callId
    return super.owns(packet)
  }

  begin() {
    this.line.say(this.status(freeCodes.ringing))
  }

  answer() {
    this.line.attempt(async () => {
      const media = this.open()
      const sdp = await media.answer(this.#offer, this.line.stream)
      for (const candidate of this.early.splice(0)) this.add(candidate)
      if (this.line.isOver) return
      const answer = { type: 'answer', sdp } as const
      this.line.say(this.status(freeCodes.established))
      this.line.say({
        service: service.freeData,
        body: { callId: this.callId, to: this.peer, type: 1, data: answer }
      })
      this.described()
      this.line.answered()
    })
  }

  override receive(packet: ServerPacket) {
    if (packet.service === service.freeStatusElsewhere) this.#changedElsewhere(packet.body.status)
    else super.receive(packet)
  }

  protected changed(status: number) {
    const meaning = freeMeaning(status)
    if (meaning === null || !('end' in meaning)) return this.line.remark({ where: 'here', code: status })
    if (!this.line.isAnswered) return this.line.cancelled(false)
    this.line.over({ by: 'remote', reason: 'hangup', code: status })
  }

  #changedElsewhere(status: number) {
    const meaning = freeMeaning(status)
    if (meaning === null || (!('end' in meaning) && meaning.state !== 'established'))
      return this.line.remark({ where: 'elsewhere', code: status })
    const reason = 'end' in meaning ? meaning.end : 'answered-elsewhere'
    endedElsewhere(this.line, { by: 'local', reason, code: status })
  }
}
