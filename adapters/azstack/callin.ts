import type { Dialogue, Farewell, Line } from './line.ts'
import type { ClientPacket, ServerBody, ServerPacket } from './packets.ts'
import * as service from './packets/services.ts'
import { callinCodes, callinMeaning, elsewhereMeaning, isEnd } from './statuses.ts'

/** A call from a telephone. It comes with an offer, and rings on every device of the user. */
export class Callin implements Dialogue {
  readonly #line: Line
  readonly #call: ServerBody<505>

  constructor(line: Line, call: ServerBody<505>) {
    this.#line = line
    this.#call = call
  }

  owns({ service: about, body }: ServerPacket): boolean {
    const isOurs =
      about === service.callinStart || about === service.callinStatus || about === service.callinStatusElsewhere
    return isOurs && body.callId === this.#call.callId
  }

  begin() {
    this.#line.say(this.#status(callinCodes.ringing))
  }

  answer() {
    this.#line.enqueue(async () => {
      await this.#line.open().answer(this.#call.sdp_candidate)
      const answer = await this.#line.complete()
      if (this.#line.isOver) return
      this.#line.say(this.#status(callinCodes.established, answer))
      // nobody confirms it
      this.#line.answered()
    })
  }

  receive(packet: ServerPacket) {
    if (packet.service === service.callinStatus) this.#changed(packet.body.code)
    if (packet.service === service.callinStatusElsewhere) this.#changedElsewhere(packet.body.code)
  }

  farewell(reason: Farewell): ClientPacket {
    return this.#status(callinCodes[reason])
  }

  #status(code: number, answer?: string): ClientPacket {
    const { callId, callType, from, to } = this.#call
    const described = answer !== undefined && { sdp_candidate: answer }
    const body = { callId, callType, destination: from, phonenumber: to, code, ...described }
    return { service: service.callinStatus, body }
  }

  #changed(code: number) {
    const meaning = callinMeaning(code)
    if (!isEnd(meaning)) return this.#line.remark({ where: 'here', code })
    if (!this.#line.isAnswered) return this.#line.cancelled(false)
    this.#line.over({ by: 'remote', reason: 'hangup', code })
  }

  #changedElsewhere(code: number) {
    const meaning = elsewhereMeaning(code)
    if (!isEnd(meaning)) return this.#line.remark({ where: 'elsewhere', code })
    this.#line.overElsewhere({ by: 'local', reason: meaning, code })
  }
}
