/** Phones made of `InfobipRTC` on an emulator, and what they tell. */
import { firstValueFrom } from 'rxjs'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { startInfobipEmulator } from '../../../../adapters/infobip/emulator.ts'
import type { InfobipEmulator } from '../../../../adapters/infobip/emulator.ts'
import { InfobipRTC } from '../../../../adapters/infobip/index.ts'
import type { IncomingCall, InfobipRTCOptions, OutgoingCall } from '../../../../adapters/infobip/index.ts'
import { loadNodeWebRtc } from '../../../../src/testing/webrtc.ts'
import type { NodeWebRtc } from '../../../../src/testing/webrtc.ts'
import { hasty } from '../../../contract/scene.ts'

const events = ['connected', 'disconnected', 'reconnecting', 'reconnected', 'incoming-call', 'missed-call'] as const

/** A phone and all it told. */
export interface Phone {
  readonly phone: InfobipRTC
  readonly user: string
  readonly told: [string, unknown][]
  readonly names: () => string[]
}

export class Phones {
  readonly server: InfobipEmulator
  readonly webRtc: NodeWebRtc
  #users = 0

  constructor(server: InfobipEmulator, webRtc: NodeWebRtc) {
    this.server = server
    this.webRtc = webRtc
  }

  static async start() {
    return new Phones(await startInfobipEmulator(), await loadNodeWebRtc())
  }

  rtc(user = `user-${++this.#users}`, { token, ...options }: InfobipRTCOptions & { token?: string } = {}): Phone {
    const known = this.server.credentials(user, { displayName: 'Alice Example' })
    const { RTCPeerConnection, mediaDevices } = this.webRtc
    const given = { url: known.url, WebSocket, RTCPeerConnection, mediaDevices, clock: hasty, ...options }
    const phone = new InfobipRTC(token ?? known.token, given)
    onTestFinished(() => phone.dispose())
    const told: [string, unknown][] = []
    for (const name of events) phone.on(name, (event: unknown) => told.push([name, event]))
    return { phone, told, user, names: () => told.map(([name]) => name) }
  }

  async connected(user?: string, options?: InfobipRTCOptions): Promise<Phone> {
    const made = this.rtc(user, options)
    await made.phone.connect()
    return made
  }

  async incoming({ phone, user }: Phone, from = 'bob', options: { readonly recording?: boolean } = {}) {
    const heard = new Promise<IncomingCall>((resolve) => phone.on('incoming-call', resolve))
    const there = await this.server.call(user, { from, displayName: 'Bob', customData: { order: '42' }, ...options })
    const call = await heard
    return { call, there, ...watch(call) }
  }

  async outgoing({ phone }: Phone, to = 'bob') {
    this.server.party(to)
    const next = firstValueFrom(this.server.calls$)
    const call = phone.call(to)
    const heard = watch(call)
    return { call, there: await next, ...heard }
  }
}

/** All a call tells. */
export function watch(call: OutgoingCall | IncomingCall) {
  const told: [string, unknown][] = []
  for (const name of ['ringing', 'early-media', 'established', 'updated', 'hangup', 'error'] as const)
    call.on(name, (event: unknown) => told.push([name, event]))
  return { told, names: () => told.map(([name]) => name), last: () => told.at(-1)?.[1] }
}
