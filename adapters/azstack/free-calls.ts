import type { Peer } from '../webrtc/peer.ts'
import type { CallKind, Dialogue, Farewell, Line } from './line.ts'
import type { ClientPacket, ServerBody, ServerPacket } from './packets.ts'
import { freeBodies } from './packets/free-calls.ts'
import * as service from './packets/services.ts'
import { freeCodes, freeMeaning, isEnd } from './statuses.ts'

const target = /^user:([1-9]\d{0,14})$/
const audio = 1

/** Calls between users, who are dialled as `user:1001` (their `userId`); give it to `azstackTransport`. */
export const freeCalls: CallKind = {
  bodies: freeBodies,
  target,
  place(line, callId, { target: user }) {
    return new FreeCallout(line, callId, Number(target.exec(user)?.[1]))
  },
  brought({ service: about, body }) {
    if (about !== service.freeStart) return null
    const { callId, from, to } = body
    return {
      id: `azstack-${from}-${callId}`,
      from: `user:${from}`,
      to: `user:${to}`,
      take: (line) => new FreeCallin(line, body)
    }
  }
}

/** A call between two users: the service passes on what they say, and candidates follow one by one. */
abstract class FreeCall implements Dialogue {
  protected readonly line: Line
  readonly #callId: number
  /** The other one's `userId`. */
  readonly #other: number
  #peer: Peer | null = null
  /** The caller's candidates, which come before we have answered. */
  #early: RTCIceCandidateInit[] = []

  constructor(line: Line, callId: number, other: number) {
    this.line = line
    this.#callId = callId
    this.#other = other
  }

  abstract begin(): void
  protected abstract changed(status: number): void

  owns({ service: about, body }: ServerPacket): boolean {
    const isRelayed = about === service.freeStart || about === service.freeData || about === service.freeStatus
    return isRelayed && body.callId === this.#callId && body.from === this.#other
  }

  receive(packet: ServerPacket) {
    if (packet.service === service.freeData) this.#told(packet.body)
    if (packet.service === service.freeStatus) this.changed(packet.body.status)
  }

  farewell(reason: Farewell): ClientPacket {
    return { service: service.freeStatus, body: { ...this.#about, status: freeCodes[reason] } }
  }

  protected status(status: number) {
    this.line.say({ service: service.freeStatus, body: { ...this.#about, status } })
  }

  protected offer(sdp: string) {
    const body = { ...this.#about, mediaType: audio, sdp: { type: 'offer', sdp } } as const
    this.line.say({ service: service.freeStart, body })
  }

  protected describe(sdp: string) {
    const body = { ...this.#about, type: 1, data: { type: 'answer', sdp } } as const
    this.line.say({ service: service.freeData, body })
  }

  protected open(): Peer {
    const peer = this.line.open(({ candidate: sdp = '', sdpMid, sdpMLineIndex }) => {
      const data = { sdpMid: sdpMid ?? '0', sdpMLineIndex: sdpMLineIndex ?? 0, sdp }
      this.line.say({ service: service.freeData, body: { ...this.#about, type: 2, data } })
    })
    this.#peer = peer
    for (const candidate of this.#early.splice(0)) peer.add(candidate)
    return peer
  }

  protected answeredWith(_sdp: string, _peer: Peer | null) {}

  get #about() {
    return { callId: this.#callId, to: this.#other }
  }

  #told(told: ServerBody<187>) {
    if (told.type === 1) return this.answeredWith(told.data.sdp, this.#peer)
    const { sdp: candidate, sdpMid, sdpMLineIndex } = told.data
    const init = { candidate, sdpMid, sdpMLineIndex }
    if (this.#peer !== null) this.#peer.add(init)
    else if (this.#early.length < mostCandidates) this.#early.push(init)
    else this.line.garbage('More candidates than anybody has')
  }
}

/** Who has told us of more than this before we answered is making them up. */
const mostCandidates = 200

/** One we place. "Answered" comes before the answer. */
class FreeCallout extends FreeCall {
  #isTaken = false
  #isAccepted = false

  begin() {
    this.line.enqueue(async () => {
      const peer = this.open()
      const sdp = await peer.offer()
      if (this.line.isOver) return
      this.offer(sdp)
      peer.told()
      this.line.started()
    })
  }

  protected changed(code: number) {
    const meaning = freeMeaning(code)
    if (meaning === null) return this.line.remark({ where: 'here', code })
    if (isEnd(meaning)) return this.line.cleared({ by: 'remote', reason: meaning, code })
    if (meaning === 'ringing') return this.line.ringing()
    if (meaning !== 'established') return
    this.#isTaken = true
    this.#check()
  }

  protected override answeredWith(sdp: string, peer: Peer | null) {
    if (peer === null || this.#isAccepted) return this.line.garbage('An answer to no offer')
    this.line.enqueue(async () => {
      await peer.accept(sdp)
      this.#isAccepted = true
      this.#check()
    })
  }

  #check() {
    if (this.#isTaken && this.#isAccepted) this.line.answered()
  }
}

/** One that reaches us. */
class FreeCallin extends FreeCall {
  readonly #call: ServerBody<186>

  constructor(line: Line, call: ServerBody<186>) {
    super(line, call.callId, call.from)
    this.#call = call
  }

  override owns(packet: ServerPacket): boolean {
    if (packet.service === service.freeStatusElsewhere) return packet.body.callId === this.#call.callId
    return super.owns(packet)
  }

  begin() {
    this.status(freeCodes.ringing)
  }

  answer() {
    this.line.enqueue(async () => {
      const peer = this.open()
      const sdp = await peer.answer(this.#call.sdp.sdp)
      if (this.line.isOver) return
      this.status(freeCodes.established)
      this.describe(sdp)
      peer.told()
      this.line.answered()
    })
  }

  override receive(packet: ServerPacket) {
    if (packet.service === service.freeStatusElsewhere) this.#changedElsewhere(packet.body.status)
    else super.receive(packet)
  }

  protected changed(code: number) {
    const meaning = freeMeaning(code)
    if (!isEnd(meaning)) return this.line.remark({ where: 'here', code })
    if (!this.line.isAnswered) return this.line.cancelled(false)
    this.line.over({ by: 'remote', reason: 'hangup', code })
  }

  #changedElsewhere(code: number) {
    const meaning = freeMeaning(code)
    const reason = meaning === 'established' ? 'answered-elsewhere' : meaning
    if (!isEnd(reason)) return this.line.remark({ where: 'elsewhere', code })
    this.line.overElsewhere({ by: 'local', reason, code })
  }
}
