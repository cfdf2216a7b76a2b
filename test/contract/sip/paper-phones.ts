/** Two phones on a scripted line: JsSIP as it is, and the adapter. */
import JsSIP from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession.js'
import { expect, onTestFinished, vi } from 'vitest'
import { sipTransport } from '../../../adapters/sip/index.ts'
import type { SipOptions } from '../../../adapters/sip/index.ts'
import type { Leg, LegCommand, LegEvent, Transport, TransportEvent } from '../../../machines/index.ts'
import { PaperConnection, paperStream, paperWebRtc } from './paper-connection.ts'
import { description, invitation, openLine, reply } from './scripted-line.ts'
import type { Line } from './scripted-line.ts'

const account = { uri: 'sip:alice@example.test', password: 'secret-of-alice' }
const register = { session_timers: false, register: false }

/** Expects what JsSIP does wrong. */
export function stillBroken<T>(value: T) {
  // oxlint-disable-next-line vitest/valid-expect -- the second one is what is said when it fails
  return expect(value, 'JsSIP has mended this: the work-around can go')
}

/** Lets everything happen that waits for nothing but its turn. */
export const turns = () => vi.advanceTimersByTimeAsync(0)

export interface RawCall {
  readonly line: Line
  readonly session: RTCSession
  readonly connection: PaperConnection
  readonly invite: string
  readonly stream: MediaStream
  readonly ended: string[]
}

export interface RawPhone {
  readonly line: Line
  readonly ua: JsSIP.UA
}

export async function rawPhone(changes: object = {}): Promise<RawPhone> {
  const line = openLine()
  const ua = new JsSIP.UA({ ...register, ...account, sockets: line.socket, ...changes })
  ua.start()
  await turns()
  onTestFinished(() => {
    ua.stop()
  })
  return { line, ua }
}

/** Raw JsSIP has dialled; nobody has said anything yet. */
export async function rawDialled(changes: object = {}): Promise<RawCall> {
  const { line, ua } = await rawPhone(changes)
  Object.assign(globalThis, globalsOfABrowser)
  const stream = paperStream()
  const session = ua.call('sip:bob@example.test', { mediaStream: stream })
  const ended: string[] = []
  session.on('failed', ({ cause }) => ended.push(cause))
  session.on('ended', ({ cause }) => ended.push(cause))
  await turns()
  const invite = await line.next(/^INVITE/)
  return { line, session, connection: newest(), invite, stream, ended }
}

export async function rawTalking(changes: object = {}): Promise<RawCall> {
  const call = await rawDialled(changes)
  call.line.receive(reply(call.invite, 200, { body: description('far') }))
  await turns()
  await call.line.next(/^ACK/)
  return call
}

export interface OurPhone {
  readonly line: Line
  readonly transport: Transport
  readonly told: TransportEvent[]
}

export interface OurCall extends OurPhone {
  readonly leg: Leg
  readonly events: LegEvent[]
  readonly connection: PaperConnection
  readonly invite: string
  readonly stream: MediaStream
  readonly send: (command: LegCommand) => Promise<void>
}

export async function ourPhone(changes: Partial<SipOptions> = {}): Promise<OurPhone> {
  const line = openLine()
  const transport = sipTransport({
    ...account,
    url: 'ws://line.test',
    WebSocket: line.WebSocket,
    RTCPeerConnection: paperWebRtc,
    ...changes
  })
  const told: TransportEvent[] = []
  transport.events.subscribe((event) => told.push(event))
  transport.send({ type: 'connect', attempt: 1 })
  await turns()
  onTestFinished(() => transport.dispose())
  return { line, transport, told }
}

export async function ourDialled(changes: Partial<SipOptions> = {}): Promise<OurCall> {
  const phone = await ourPhone(changes)
  const leg = phone.transport.leg('call')
  return opened(phone, leg, { type: 'dial', target: 'sip:bob@example.test' })
}

export async function ourTalking(changes: Partial<SipOptions> = {}): Promise<OurCall> {
  const call = await ourDialled(changes)
  call.line.receive(reply(call.invite, 200, { body: description('far') }))
  await turns()
  await call.line.next(/^ACK/)
  return call
}

/** Somebody calls; it rings. `invite` is theirs. */
export async function ourCalled(
  changes: Partial<SipOptions> = {},
  body = description('far'),
  headers: readonly string[] = []
): Promise<OurCall> {
  const phone = await ourPhone(changes)
  const invite = invitation(account.uri, { body, headers })
  phone.line.receive(invite)
  await turns()
  const incoming = phone.told.find((event) => event.type === 'transport.incoming')
  const leg = phone.transport.leg(incoming?.leg ?? '')
  return opened(phone, leg, null, invite)
}

async function opened(phone: OurPhone, leg: Leg, first: LegCommand | null, theirs?: string): Promise<OurCall> {
  const events: LegEvent[] = []
  leg.events.subscribe((event) => events.push(event))
  const stream = paperStream()
  leg.attach(stream)
  if (first !== null) leg.send(first)
  await turns()
  const invite = theirs ?? (await phone.line.next(/^INVITE/))
  return {
    ...phone,
    leg,
    events,
    stream,
    invite,
    get connection() {
      return newest()
    },
    async send(command) {
      leg.send(command)
      await turns()
    }
  }
}

function newest(): PaperConnection {
  const connection = PaperConnection.made.at(-1)
  if (connection === undefined) throw new Error('No connection was made')
  return connection
}

class Description {
  readonly type: string
  readonly sdp: string

  constructor({ type, sdp }: { type: string; sdp: string }) {
    this.type = type
    this.sdp = sdp
  }
}

const globalsOfABrowser = {
  RTCPeerConnection: PaperConnection,
  RTCSessionDescription: Description,
  window: { RTCPeerConnection: PaperConnection }
}
