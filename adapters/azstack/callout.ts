import type { Peer } from '../webrtc/peer.ts'
import type { Dialogue, Line } from './line.ts'
import type { ClientBody, ClientPacket, ServerBody, ServerPacket } from './packets.ts'
import * as service from './packets/services.ts'
import { calloutMeaning, chargingMeaning, isEnd } from './statuses.ts'

/** A call to a telephone: the provider looks at number and balance first, then takes our offer. */
export class Callout implements Dialogue {
  readonly #line: Line
  readonly #start: ClientBody<500>
  #peer: Peer | null = null
  #isAccepted = false
  #isOffered = false

  constructor(line: Line, start: ClientBody<500>) {
    this.#line = line
    this.#start = start
  }

  owns({ service: about, body }: ServerPacket): boolean {
    const isOurs =
      about === service.calloutCharging || about === service.calloutAccepted || about === service.calloutStatus
    return isOurs && body.callId === this.#start.callId
  }

  begin() {
    this.#line.say({ service: service.calloutStart, body: this.#start })
  }

  receive(packet: ServerPacket) {
    if (packet.service === service.calloutCharging) return this.#charged(packet.body)
    if (packet.service === service.calloutAccepted) return this.#accepted()
    if (packet.service === service.calloutStatus) this.#changed(packet.body)
  }

  farewell(): ClientPacket {
    const { callId, to } = this.#start
    return { service: service.calloutStop, body: { callId, to } }
  }

  #charged(charging: ServerBody<610>) {
    const reason = chargingMeaning(charging)
    if (reason === null) return
    const code = charging.chargingError || charging.status
    this.#line.cleared({
      by: 'remote',
      reason,
      ...(code !== undefined && { code }),
      provider: { text: 'charging' }
    })
  }

  #accepted() {
    // it may be repeated, and a second peer connection would be nobody's
    if (this.#isAccepted) return
    this.#isAccepted = true
    this.#line.enqueue(async () => {
      this.#peer = this.#line.open()
      await this.#peer.offer()
      const offer = await this.#line.complete()
      if (this.#line.isOver) return
      const { callId, to } = this.#start
      this.#line.say({ service: service.calloutOffer, body: { callId, to, sdp_candidate: offer } })
      this.#isOffered = true
      this.#line.started()
    })
  }

  #changed({ code, sdp_candidate: answer }: ServerBody<503>) {
    const meaning = calloutMeaning(code)
    if (meaning === null) return this.#line.remark({ where: 'here', code })
    if (isEnd(meaning)) return this.#line.cleared({ by: 'remote', reason: meaning, code })
    if (meaning === 'ringing') return this.#line.ringing()
    if (meaning === 'established') this.#answered(answer)
  }

  #answered(answer: string | undefined) {
    const peer = this.#peer
    // it may be repeated
    if (this.#line.isAnswered) return
    if (peer === null || !this.#isOffered || answer === undefined)
      return this.#line.garbage('Answered without an offer or an answer')
    this.#isOffered = false
    this.#line.enqueue(async () => {
      await peer.accept(answer)
      this.#line.answered()
    })
  }
}
