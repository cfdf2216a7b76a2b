/** Clients that write packets by hand, over each generation of socket.io and over bare frames. */
import { constants, publicEncrypt } from 'node:crypto'
import { createRequire } from 'node:module'
import { io } from 'socket.io-client'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { startAzstackEmulator } from '../../../../adapters/azstack/emulator.ts'
import type { AzstackEmulator, AzstackEmulatorOptions } from '../../../../adapters/azstack/emulator.ts'
import { EVENT } from '../../../../adapters/azstack/wire.ts'
import type { Envelope } from '../../../../adapters/azstack/wire.ts'

export interface PacketClient {
  readonly received: readonly Envelope[]
  /** Why it was closed, in the words of its library. */
  readonly closed: Promise<string>
  send(service: number, body: unknown): void
  /** Sends the argument of the event as it is. */
  sendRaw(argument: unknown): void
  /** The body of the first packet of this service that was not taken before, received already or yet to come. */
  next(service: number): Promise<Body>
  close(): void
}

// What tests read of a body, they have to expect anyway.
// oxlint-disable-next-line typescript/no-explicit-any
export type Body = any

export type Connect = (url: string) => Promise<PacketClient>

/** What both generations of the library have in common. */
interface IoSocket {
  on(event: string, listener: (argument: never) => void): unknown
  emit(event: string, argument: unknown): unknown
  disconnect(): unknown
}
type Io = (url: string, options: object) => IoSocket

const OPTIONS = { transports: ['websocket'], reconnection: false, forceNew: true }

export const connectWith4: Connect = (url) => connectWith(io, url)
/** The generation that the vendor's SDK uses: Engine.IO 3. */
export const connectWith2: Connect = (url) =>
  connectWith(createRequire(import.meta.url)('socket.io-client-2') as Io, url)

async function connectWith(open: Io, url: string): Promise<PacketClient> {
  const socket = open(url, OPTIONS)
  const inbox = createInbox()
  socket.on(EVENT, (argument: never) => inbox.add(argument))
  socket.on('disconnect', (reason: never) => inbox.close(reason))
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve)
    socket.on('connect_error', reject)
  })
  return createClient(
    inbox,
    (argument) => socket.emit(EVENT, argument),
    () => socket.disconnect()
  )
}

export interface RawClient extends PacketClient {
  readonly frames: readonly string[]
  write(frame: string | Buffer): void
}

/** Engine.IO 3 written by hand. */
export async function connectRaw(url: string, query = 'EIO=3&transport=websocket'): Promise<RawClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?${query}`)
  const frames: string[] = []
  const inbox = createInbox()
  await new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const frame = data.toString()
      frames.push(frame)
      if (frame.startsWith('42')) inbox.add(JSON.parse(frame.slice(2))[1])
      else if (frame === '40') resolve()
      else if (query.startsWith('EIO=4') && frame.startsWith('0')) resolve()
    })
    socket.on('close', (code) => inbox.close(String(code)))
    socket.on('error', reject)
  })
  // of this generation it is the client that has to ping, or is taken for gone within a minute
  const pinging = setInterval(() => query.startsWith('EIO=3') && socket.send('2'), 10_000)
  socket.on('close', () => clearInterval(pinging))
  const send = (argument: unknown): void => socket.send(`42${JSON.stringify([EVENT, argument])}`)
  return {
    ...createClient(inbox, send, () => socket.terminate()),
    frames,
    write: (frame) => socket.send(frame)
  }
}

function createInbox() {
  const received: Envelope[] = []
  const taken = new Set<Envelope>()
  const waiting = new Set<() => void>()
  let close: (reason: string) => void = () => undefined
  return {
    received,
    closed: new Promise<string>((resolve) => {
      close = resolve
    }),
    add(argument: Envelope) {
      received.push(argument)
      waiting.forEach((check) => check())
    },
    close: (reason: string) => close(reason),
    next: (service: number) =>
      new Promise<Body>((resolve) => {
        const check = () => {
          const found = received.find((each) => each.service === service && !taken.has(each))
          if (!found) return
          taken.add(found)
          waiting.delete(check)
          resolve(found.body === '' ? null : JSON.parse(found.body))
        }
        waiting.add(check)
        check()
      })
  }
}

function createClient(
  { received, closed, next }: ReturnType<typeof createInbox>,
  sendRaw: (argument: unknown) => void,
  close: () => void
): PacketClient {
  return {
    received,
    closed,
    next,
    sendRaw,
    send: (service, body) => sendRaw({ service, body: JSON.stringify(body) }),
    close
  }
}

/** A server of this test's own; it stops with the test. */
export async function start(options: AzstackEmulatorOptions = {}): Promise<AzstackEmulator> {
  const server = await startAzstackEmulator(options)
  onTestFinished(() => server.stop())
  return server
}

export interface Claim {
  readonly namespace?: string
  readonly sdkVersion?: string
  readonly azStackUserID?: string
  readonly userCredentials?: string
}

export function encrypt(text: string, publicKey: string): string {
  const key = `-----BEGIN PUBLIC KEY-----\n${publicKey}\n-----END PUBLIC KEY-----`
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text)).toString('base64')
}

/** The body of 179; every part can be replaced. */
export function authentication(server: AzstackEmulator, user: string, parts: object = {}, claim: Claim = {}): object {
  const { appId, publicKey, userCredentials, fullname, namespace } = server.credentials(user)
  const token = { sdkVersion: '0.0.1', namespace, azStackUserID: user, userCredentials, ...claim }
  return {
    slaveIp: '10.0.0.7',
    slavePort: 9090,
    token: encrypt(JSON.stringify(token), publicKey),
    fullname,
    namespace,
    appId,
    platform: 3,
    sdkVersion: '0.0.1',
    screenSize: '0x0',
    ...parts
  }
}

/** Both connections, as the SDK makes them: resolves with the authenticated slave. */
export async function signIn<C extends PacketClient = PacketClient>(
  server: AzstackEmulator,
  user: string,
  connect: (url: string) => Promise<C>
): Promise<C> {
  const master = await connect(server.url)
  master.send(29, { azStackUserId: user })
  const { ip, port } = await master.next(29)
  master.close()

  const slave = await connect(server.url)
  slave.send(179, authentication(server, user, { slaveIp: ip, slavePort: port }))
  await slave.next(162)
  return slave
}

/** Everything that this client sent before has been dealt with. */
export async function settled(client: PacketClient): Promise<void> {
  client.send(105, { state: 2 })
  await client.next(105)
}
