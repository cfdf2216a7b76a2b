/** A client that writes JSON by hand: nothing between the test and the wire. */
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { startInfobipEmulator } from '../../../../adapters/infobip/emulator.ts'
import type { InfobipEmulator, InfobipEmulatorOptions, TokenOptions } from '../../../../adapters/infobip/emulator.ts'

export type Json = Readonly<Record<string, unknown>>

export interface RawClient {
  readonly received: readonly Json[]
  /** The code and the reason of the close frame; 1006 when there was none. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  /** The subprotocol that the gateway selected. */
  readonly protocol: string
  send(message: Json | string | Buffer): void
  /** The first message of this event, received already or yet to come, that was not taken before. */
  next(event: string): Promise<Json>
  close(code?: number): void
}

export const DEVICE = { sdk: { type: 'js', version: '0.4.1' }, device: { browser: { name: 'Node' }, os: {} } }
export const OFFER = { type: 'offer', sdp: 'v=0\r\noffer\r\n' }
export const ANSWER = { type: 'answer', sdp: 'v=0\r\nanswer\r\n' }

export const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A gateway of this test's own; it stops with the test. */
export async function start(options: InfobipEmulatorOptions = {}): Promise<InfobipEmulator> {
  const gateway = await startInfobipEmulator(options)
  onTestFinished(() => gateway.stop())
  return gateway
}

export async function connectRaw(url: string, protocols: string[]): Promise<RawClient> {
  const socket = new WebSocket(url, protocols)
  const received: Json[] = []
  const taken = new Set<number>()
  const waiting = new Set<() => void>()
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  )
  socket.on('message', (data: Buffer) => {
    const text = data.toString()
    received.push(text.startsWith('{') ? (JSON.parse(text) as Json) : { event: text })
    waiting.forEach((check) => check())
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })

  return {
    received,
    closed,
    protocol: socket.protocol,
    send: (message) =>
      socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    next: (event) =>
      new Promise((resolve) => {
        const check = () => {
          const index = received.findIndex((message, i) => !taken.has(i) && message['event'] === event)
          if (index < 0) return
          taken.add(index)
          waiting.delete(check)
          resolve(received[index] ?? {})
        }
        waiting.add(check)
        check()
      }),
    close: (code) => (code === undefined ? socket.terminate() : socket.close(code))
  }
}

/** A connection with a token of this user, whatever becomes of it. */
export function open(
  gateway: InfobipEmulator,
  user: string,
  options?: TokenOptions,
  device: unknown = DEVICE
): Promise<RawClient> {
  const { url, token } = gateway.credentials(user, options)
  return connectRaw(url, [token, encode(device)])
}

export async function join(gateway: InfobipEmulator, user: string, options?: TokenOptions): Promise<RawClient> {
  const client = await open(gateway, user, options)
  await client.next('registered')
  return client
}

/** Everything that reached the gateway from this client before has been dealt with. */
export async function settled(client: RawClient): Promise<void> {
  client.send({ action: 'heartbeat' })
  await client.next('heartbeat_resp')
}

/** A call to a user, with everything that it needs. */
export function placing(destination: string | null, more: Json = {}): Json & { callId: string } {
  return {
    action: 'call',
    callId: randomUUID(),
    correlationId: randomUUID(),
    destination,
    description: OFFER,
    customData: {},
    recording: false,
    ...more
  }
}

/** Two users in a call. */
export async function talking(gateway: InfobipEmulator): Promise<{ alice: RawClient; bob: RawClient; callId: string }> {
  const [alice, bob] = [await join(gateway, 'alice'), await join(gateway, 'bob')]
  const call = placing('bob')
  const { callId } = call
  alice.send(call)
  await bob.next('call')
  bob.send({ action: 'call_response', callId, status: 'accept', description: ANSWER })
  await alice.next('call_response')
  return { alice, bob, callId }
}

export const faults = ({ trace }: InfobipEmulator): string[] => trace.flatMap(({ fault }) => fault ?? [])
