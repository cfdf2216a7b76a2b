import { Peer } from '../webrtc/peer.ts'
import type { Closure } from '../kit/index.ts'
import type { Gateway, OffersLine, Resuming, Resumption } from './gateway.ts'

/** Calls of 2.x go on after their connection was lost, with an offer that restarts ICE. */
export function resuming(gateway: Gateway): Resuming {
  return new ApplicationCalls(gateway)
}

class ApplicationCalls implements Resuming {
  readonly #gateway: Gateway
  /** The instance that knows our calls. */
  #instance: string | null = null
  /** Calls we have hung up, of whose end we have not heard. */
  readonly #left = new Set<string>()

  constructor(gateway: Gateway) {
    this.#gateway = gateway
  }

  address(url: string): string {
    if (this.#instance === null) return url
    const address = new URL(url)
    address.searchParams.set('instance', this.#instance)
    return address.href
  }

  opened(instance: string | null | undefined) {
    this.#instance = instance ?? null
    for (const callId of this.#left) void endAgain(this.#gateway, callId)
  }

  closed({ permanent, cause }: Closure) {
    // the instance wants to be left alone
    if (cause.provider?.code === 1013) this.#instance = null
    if (permanent) this.#left.clear()
  }

  begin(line: OffersLine): Resumption {
    return new ApplicationCall(line)
  }

  leave(callId: string) {
    this.#left.add(callId)
    if (this.#gateway.isOpen) this.#gateway.say({ action: 'hangup', callId })
  }

  ended(callId: string) {
    this.#left.delete(callId)
  }
}

class ApplicationCall implements Resumption {
  readonly #line: OffersLine
  #verifying: number | null = null

  constructor(line: OffersLine) {
    this.#line = line
  }

  verify(attempt: number) {
    this.#verifying = attempt
    this.#line.enqueue(async () => {
      const { callId, negotiation } = this.#line
      try {
        const sdp = await negotiation.offer('off', true)
        if (this.#verifying !== attempt) return
        this.#line.say({ action: 'reconnect_application_call', callId, audioOffer: { type: 'offer', sdp } })
        negotiation.told()
      } catch {
        // it is asked again
      }
    })
  }

  reconnected(sdp: string) {
    const attempt = this.#verifying
    if (attempt === null) return
    this.#line.enqueue(async () => {
      try {
        await this.#line.negotiation.accept(sdp)
      } catch {
        // it is asked again
        return
      }
      this.#verifying = null
      this.#line.say({ action: 'renegotiate_media', callId: this.#line.callId, iceRestart: true })
      this.#line.emit({ type: 'leg.verified', attempt })
    })
  }

  forget() {
    this.#verifying = null
  }
}

/** On another connection than the one it was left on a call is taken up again, only to be ended. */
async function endAgain(gateway: Gateway, callId: string) {
  let peer: Peer | undefined
  try {
    peer = new Peer(gateway.openConnection(), null, [], { emit() {}, play() {}, found() {} })
    const sdp = await peer.offer()
    gateway.say({ action: 'reconnect_application_call', callId, audioOffer: { type: 'offer', sdp } })
    gateway.say({ action: 'hangup', callId })
  } catch {
    // the gateway gives it up by itself
  } finally {
    peer?.close()
  }
}
