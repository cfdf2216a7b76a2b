/** An engine that speaks SIP, on a line where the test plays the server and the far end: time is the test's as well. */
import { onTestFinished, vi } from 'vitest'
import { sipTransport } from '../../../adapters/sip/index.ts'
import type { WebSocketLike } from '../../../adapters/sip/index.ts'
import { createEngine } from '../../../src/index.ts'
import type { Call, CallEmitted, Engine, MediaDevicesLike, Policy } from '../../../src/index.ts'
import { granted } from '../../contract/sip/paper-account.ts'
import { PaperConnection, paperWebRtc } from '../../contract/sip/paper-connection.ts'
import { ask, description, field, invitation, openLine, reply } from '../../contract/sip/scripted-line.ts'
import type { Line } from '../../contract/sip/scripted-line.ts'
import { FakeMediaDevices } from '../../engine/support/fake-media.ts'

const account = { uri: 'sip:alice@example.test', password: 'secret-of-alice' }

/** What becomes of an offer of ours in the call: a status to refuse it with, or nothing at all. */
export type Mood = 'agrees' | 'says nothing' | number

/** Lets everything happen that waits for nothing but its turn. */
const turn = () => vi.advanceTimersByTimeAsync(0)

export class PaperDesk {
  readonly line: Line
  readonly engine: Engine
  readonly devices = new FakeMediaDevices()
  /** What the call told. */
  readonly told: CallEmitted[] = []
  /** How the far end takes our next offers; it agrees once these are used up. */
  moods: Mood[] = []
  /** What the far end last agreed to of an offer of ours. */
  agreed: 'held' | 'active' = 'active'
  /** Nothing that is sent arrives, either way. */
  isDead = false
  /** The server does not say for the time being whether it registers us. */
  isSlow = false
  /** No connection can be opened. */
  isAway = false
  #heard = 0
  #invite: string | null = null
  #offer: string | null = null
  #theirs: string | null = null
  #call: Call | null = null
  #cseq = 1
  /** The registrations it has not answered yet. */
  #kept: string[] = []

  constructor(policy: Policy = {}, RTCPeerConnection: typeof globalThis.RTCPeerConnection = paperWebRtc) {
    PaperConnection.made.length = 0
    this.line = openLine()
    const transport = sipTransport({
      ...account,
      url: 'ws://line.test',
      WebSocket: new Proxy(this.line.WebSocket, {
        construct: (Open, [url]: [string]) => (this.isAway ? new RefusedSocket() : new Open(url, 'sip'))
      }),
      RTCPeerConnection
    })
    this.engine = createEngine({ transport, policy, media: { mediaDevices: withoutVideo(this.devices) } })
    this.engine.events$.subscribe(({ call, event }) => {
      if (call !== null) this.told.push(event as CallEmitted)
    })
  }

  get call(): Call {
    if (this.#call === null) throw new Error('There is no call yet')
    return this.#call
  }

  /** Lets go of the call and of what it told. */
  forget() {
    this.#call = null
    this.told.length = 0
  }

  /** The media connections that are still open. */
  get open(): PaperConnection[] {
    return PaperConnection.made.filter(({ signalingState }) => signalingState !== 'closed')
  }

  /** Requests of a kind that we have sent, from a place in what was sent on. */
  requests(method: string, since = 0): string[] {
    return this.line.sent.slice(since).filter((text) => text.startsWith(method))
  }

  async connect() {
    const connected = this.engine.connect().catch(() => null)
    await this.settle()
    await connected
  }

  async dial() {
    this.#call = await this.engine.dial('sip:bob@example.test')
    await this.settle()
  }

  async ring() {
    this.#theirs = invitation(account.uri)
    this.receive(this.#theirs)
    await this.settle()
    this.#call = this.engine.calls$.value[0] ?? null
  }

  /** Both sides have answered, and media flows. */
  async talk(direction: 'placed' | 'received') {
    if (direction === 'placed') {
      await this.dial()
      this.answer()
    } else {
      await this.ring()
      void this.call.answer().catch(() => null)
    }
    await this.settle()
    this.connects()
    await this.settle()
    const { status, path, signalling } = this.call.state
    if (status !== 'established' || path !== 'connected')
      throw new Error(`The call should stand by now: ${status}, ${path}, ${signalling}`)
  }

  /** The far end, or the server for it. */
  rings() {
    if (this.#invite !== null) this.receive(reply(this.#invite, 180))
  }

  answer() {
    if (this.#invite !== null) this.receive(reply(this.#invite, 200, { body: description('far') }))
  }

  refuse(status: number) {
    if (this.#invite !== null) this.receive(reply(this.#invite, status))
  }

  says(method: 'BYE' | 'INVITE', direction = 'sendrecv') {
    const ours = this.#dialog
    if (ours === null) return
    const body = method === 'INVITE' ? { body: description('far', direction) } : {}
    this.receive(ask(method, ours, { cseq: ++this.#cseq, ...body }))
  }

  cancels() {
    if (this.#theirs === null) return
    const cancel = this.#theirs
      .replace('INVITE', 'CANCEL')
      .replace('1 INVITE', '1 CANCEL')
      .replace(/Content-Type[^]*$/, 'Content-Length: 0\r\n\r\n')
    this.receive(cancel)
  }

  connects() {
    for (const connection of this.open) connection.becomes('connected', 'connected')
  }

  receive(text: string) {
    if (!this.isDead) this.line.receive(text)
  }

  /** Until nobody has anything more to say without time passing. */
  async settle() {
    do {
      await turn()
      if (!this.isSlow) for (const request of this.#kept.splice(0)) this.receive(granted(request))
      const fresh = this.line.sent.slice(this.#heard)
      this.#heard = this.line.sent.length
      for (const text of fresh) this.#hear(text)
      await turn()
    } while (this.#heard < this.line.sent.length || (!this.isSlow && this.#kept.length > 0))
  }

  /** In steps, so that whoever is asked meanwhile can answer. */
  async pass(milliseconds: number) {
    for (let left = milliseconds; left > 0; left -= 500) {
      await vi.advanceTimersByTimeAsync(Math.min(500, left))
      await this.settle()
    }
  }

  /** A message of ours in the dialog, by which theirs can be made. */
  get #dialog(): string | null {
    if (this.#theirs === null) return this.#invite
    return this.line.sent.find((text) => text.startsWith('SIP/2.0 200') && /^CSeq: 1 INVITE/m.test(text)) ?? null
  }

  #hear(text: string) {
    if (this.isDead) return
    const method = /^([A-Z]+) sip/.exec(text)?.[1]
    switch (method) {
      case 'REGISTER':
        return void this.#kept.push(text)
      case 'OPTIONS':
      case 'UPDATE':
      case 'INFO':
      case 'BYE':
      case 'PRACK':
        return this.receive(reply(text, 200))
      case 'CANCEL':
        this.receive(reply(text, 200))
        return this.receive(reply(this.#offer ?? text, 487))
      case 'INVITE':
        return this.#hearInvite(text)
      case undefined:
      default:
        return this.#hearAnswer(text)
    }
  }

  #hearInvite(text: string) {
    this.#offer = text
    if (!field(text, 'To').includes(';tag=')) return void (this.#invite = text)
    const mood = this.moods.shift() ?? 'agrees'
    if (mood === 'says nothing') return
    if (mood !== 'agrees') return this.receive(reply(text, mood))
    const direction = /a=(sendonly|inactive)/.test(text) ? 'recvonly' : 'sendrecv'
    this.agreed = direction === 'recvonly' ? 'held' : 'active'
    this.receive(reply(text, 200, { body: description('far', direction) }))
  }

  /** An answer to an INVITE of theirs is acknowledged. */
  #hearAnswer(text: string) {
    if (text.startsWith('SIP/2.0 200') && /^CSeq: \d+ INVITE/m.test(text)) {
      const cseq = Number(/^CSeq: (\d+)/m.exec(text)?.[1])
      this.receive(ask('ACK', text, { cseq }))
    }
  }
}

/** A stream of the fake microphone, as JsSIP wants to look at it. */
function withoutVideo(devices: FakeMediaDevices): MediaDevicesLike {
  return {
    getUserMedia: async (wanted) => Object.assign(await devices.getUserMedia(wanted), { getVideoTracks: () => [] })
  }
}

class RefusedSocket implements WebSocketLike {
  binaryType = ''
  readonly protocol = ''
  onopen: WebSocketLike['onopen'] = null
  onclose: WebSocketLike['onclose'] = null
  onerror: WebSocketLike['onerror'] = null
  onmessage: WebSocketLike['onmessage'] = null

  constructor() {
    queueMicrotask(() => this.onclose?.({ code: 1006, reason: '' } as never))
  }

  send() {}

  close() {}
}

/** A desk that is connected and registered; it is gone when the test is. */
export async function paperDesk(...options: ConstructorParameters<typeof PaperDesk>): Promise<PaperDesk> {
  const desk = new PaperDesk(...options)
  onTestFinished(() => desk.engine.dispose())
  await desk.connect()
  return desk
}
