import type { Dialogue, Line } from './line.ts'
import type { Media } from './media.ts'
import { service } from './packets.ts'
import type { ClientPacket, ServerBody, ServerPacket } from './packets.ts'
import { calloutMeaning, chargingMeaning } from './statuses.ts'

export interface CalloutTarget {
  readonly to: string
  readonly from?: string
  readonly tags?: string
}

/** A call to a telephone: the provider looks at number and balance first, then takes our offer. */
export class Callout implements Dialogue {
  readonly #line: Line
  readonly #callId: number
  readonly #target: CalloutTarget
  #media: Media | null = null
  #isOffered = false

  constructor(line: Line, callId: number, target: CalloutTarget) {
    this.#line = line
    this.#callId = callId
    this.#target = target
  }

  owns({ service: about, body }: ServerPacket): boolean {
    const isOurs =
      about === service.calloutCharging || about === service.calloutAccepted || about === service.calloutStatus
    return isOurs && body.callId === this.#callId
  }

  begin() {
    this.#line.say({ service: service.calloutStart, body: { callId: this.#callId, ...this.#target } })
  }

  answer() {}

  receive(packet: ServerPacket) {
    if (packet.service === service.calloutCharging) return this.#charged(packet.body)
    // a second one would open a second peer connection
    if (packet.service === service.calloutAccepted && this.#media === null)
      return this.#line.attempt(() => this.#offer())
    if (packet.service === service.calloutStatus) this.#changed(packet.body)
  }

  farewell(): ClientPacket {
    return { service: service.calloutStop, body: { callId: this.#callId, to: this.#target.to } }
  }

  #charged(charging: ServerBody<610>) {
    const reason = chargingMeaning(charging)
    if (reason === null) return
    const code = charging.chargingError || charging.status
    this.#line.over({ by: 'remote', reason, ...(code === undefined ? {} : { code }), provider: { text: 'charging' } })
  }

  async #offer() {
    const media = this.#line.open()
    this.#media = media
    await media.offer(this.#line.stream)
    const offer = await media.complete()
    if (this.#line.isOver) return
    const { to } = this.#target
    this.#line.say({ service: service.calloutOffer, body: { callId: this.#callId, to, sdp_candidate: offer } })
    this.#isOffered = true
    this.#line.started()
  }

  #changed({ code, sdp_candidate: answer }: ServerBody<503>) {
    const meaning = calloutMeaning(code)
    if (meaning === null) return this.#line.remark({ where: 'here', code })
    if ('end' in meaning) return this.#line.over({ by: 'remote', reason: meaning.end, code })
    if (meaning.state === 'ringing') return this.#line.ringing()
    if (meaning.state === 'established') this.#answered(answer)
  }

  #answered(answer: string | undefined) {
    const media = this.#media
    // it may be repeated
    if (this.#line.isAnswered) return
    if (media === null || !this.#isOffered || answer === undefined)
      return this.#line.garbage('Answered without an offer, or without an answer to it')
    this.#isOffered = false
    this.#line.attempt(async () => {
      await media.accept(answer)
      this.#line.answered()
    })
  }
}
