/**
 * The service in one process, for tests, demos and work without a network: master and slave on one socket.io origin,
 * strict about what they take, and with telephones whose parties really answer and play a tone.
 */
import { createFrame, createRoster, secretsFrom } from '../../src/testing/frame.ts'
import { createMediaLoader } from '../../src/testing/party-media.ts'
import { createTrace } from '../../src/testing/trace.ts'
import { createFreeCalls } from './emulator/free-calls.ts'
import { createKeys } from './emulator/keys.ts'
import { listen } from './emulator/listener.ts'
import type { Connection } from './emulator/listener.ts'
import { createLogs } from './emulator/logs.ts'
import { createStage } from './emulator/party/stage.ts'
import { createReception } from './emulator/reception.ts'
import { createTimers } from './emulator/timers.ts'
import { mask } from './emulator/mask.ts'
import type { AzstackEmulator, AzstackEmulatorOptions, Verdict } from './emulator/types.ts'
import * as service from './packets/services.ts'
import type { ClientBody, ClientPacket, ServerPacket } from './packets.ts'
import { clientBodies } from './packets/from-client.ts'
import { packet as envelopeOf, parse } from './wire.ts'

export type {
  AzstackCredentials,
  AzstackEmulatedCall,
  AzstackEmulator,
  AzstackEmulatorOptions,
  AzstackFault,
  AzstackIceServer
} from './emulator/types.ts'

const PARTY = '84900000000'

/** Resolves once the port is open; rejects when it is taken. `stop()` closes everything. */
export async function startAzstackEmulator(options: AzstackEmulatorOptions = {}): Promise<AzstackEmulator> {
  const { host = '127.0.0.1', port = 0, appId = 'callchart', traceLimit = 2000, refusal = 'result' } = options
  const { noAnswer = 120_000, detachGrace = 60_000, pingInterval = 25_000, pingTimeout = 5000 } = options
  const credentialsOf = secretsFrom(options.users)
  const numberOf = (user: string): string =>
    options.numbers && Object.hasOwn(options.numbers, user) ? (options.numbers[user] ?? user) : user
  const keys = await createKeys()
  const trace = createTrace(traceLimit, mask)
  const timers = createTimers()
  const logs = createLogs()
  const roster = createRoster()
  const faults = new Map<string, Map<number, string | null>>()

  const listener = await listen({
    host,
    port,
    pingInterval,
    pingTimeout,
    onPacket: (connection, argument, text) => guard(connection, argument, text),
    onSent: ({ user }, text) => trace.record({ direction: 'out', user, text }),
    onFault: ({ user }, text, fault) => trace.record({ direction: 'in', user, text, fault }),
    onClose: ({ user }) => {
      publish()
      if (user === null) return
      timers.after(detachGrace, () => {
        if (connectionsOf(user).length > 0) return
        stage.abandoned(user)
        freeCalls.abandoned(reception.userId(user))
      })
    }
  })
  const connectionsOf = (user: string): Connection[] =>
    [...listener.connections].filter((each) => each.open && each.user === user)

  const reception = createReception({ appId, keys, credentialsOf, iceServers: options.iceServers ?? [] })
  const stage = createStage({
    timers,
    noAnswer,
    loadMedia: createMediaLoader(options.RTCPeerConnection),
    logs,
    connectionsOf,
    numberOf,
    userIdOf: reception.userId,
    send: (connection, packet) => send(connection, packet),
    onFault: (user, fault) => trace.record({ direction: 'in', user, text: '', fault })
  })
  const freeCalls = createFreeCalls({
    isUser: reception.isKnown,
    send: (userId, packet, except) =>
      connectionsOf(reception.userOf(userId) ?? '')
        .filter((each) => each !== except)
        .forEach((each) => send(each, packet))
  })

  function publish(): void {
    const known = [...listener.connections].flatMap(({ user, open }) =>
      user === null || !open ? [] : [{ user, registered: true }]
    )
    roster.publish(known)
  }

  function send(connection: Connection, packet: ServerPacket, user = connection.user): void {
    const replaced = faults.get(user ?? '')?.get(packet.service)
    if (replaced === null) return
    connection.send(replaced === undefined ? envelopeOf(packet) : { service: packet.service, body: replaced })
  }

  /** Whatever a client sends, the server goes on; a fault of its own is told as one. */
  function guard(connection: Connection, argument: unknown, text: string): void {
    const { user } = connection
    try {
      const parsed = parse<ClientPacket>(clientBodies, argument)
      const { service: asked } = parsed.kind === 'fault' ? parsed : parsed.packet
      const verdict = parsed.kind === 'fault' ? parsed.fault : judge(parsed.packet, connection)
      const isFault = typeof verdict === 'string'
      trace.record({ direction: 'in', user, text, ...(isFault && { fault: verdict }) })
      if (!isFault) verdict()
      else if (asked === service.authenticate && user === null) refuse(connection)
    } catch (error) {
      trace.record({ direction: 'in', user, text, fault: `internal: ${String(error)}` })
    }
  }

  function judge(packet: ClientPacket, connection: Connection): Verdict {
    const { user } = connection
    if (packet.service === service.ping) return () => undefined
    if (packet.service === service.slave) {
      if (user !== null) return 'Authenticated Already'
      return () => {
        connection.isMaster = true
        send(connection, reception.slave, packet.body.azStackUserId)
      }
    }
    if (packet.service === service.authenticate) return authenticate(packet.body, connection)
    if (user === null) return 'Not Authenticated'
    const answer = (reply: ServerPacket) => () => send(connection, reply)

    switch (packet.service) {
      case service.calloutStart:
      case service.calloutOffer:
      case service.calloutStop:
      case service.callinStatus:
        return stage.receive(packet, connection, user)
      case service.freeStart:
      case service.freeData:
      case service.freeStatus:
        return freeCalls.receive(packet, connection, reception.userId(user))
      case service.logs:
        return answer(logs.of(user))
      case service.applicationState:
        return answer({ service: service.applicationState, body: {} })
      case service.registerDevice:
        return answer({ service: service.deviceRegistered, body: { r: 1 } })
      case service.unregisterDevice:
        return answer({ service: service.deviceUnregistered, body: { r: 1 } })
    }
  }

  function authenticate(body: ClientBody<179>, connection: Connection): Verdict {
    if (connection.isMaster) return 'A Master Authenticates Nobody'
    if (connection.user !== null) return 'Authenticated Already'
    const checked = reception.check(body)
    if ('fault' in checked) return checked.fault
    return () => {
      connection.user = checked.user
      send(connection, reception.welcome(checked.user, body.fullname))
      publish()
    }
  }

  function refuse(connection: Connection): void {
    if (refusal === 'close') connection.terminate()
    if (refusal === 'empty') connection.send({ service: service.authenticated, body: '' })
    if (refusal === 'result') connection.send({ service: service.authenticated, body: '{"r":0}' })
  }

  const close = () => {
    stage.stop()
    timers.stop()
  }

  return {
    ...createFrame({ listener, roster, trace, close }),
    url: listener.url,
    get clients() {
      return roster.clients
    },
    calls$: stage.calls$,
    party: (number, script) => stage.cast(number, script ?? null),
    // A display name has no place in this protocol.
    call: async (user, { from = PARTY } = {}) => stage.place(user, from),
    drop: (user) =>
      [...listener.connections].filter((each) => !user || each.user === user).forEach((each) => each.terminate()),
    dismiss: (user) => connectionsOf(user).forEach((each) => each.dismiss()),
    freeze: (user) => connectionsOf(user).forEach((each) => each.freeze()),
    inject: (user, bytes) => connectionsOf(user).forEach((connection) => connection.write(bytes)),
    address: (user) => (stage.isParty(user) ? user : `user:${reception.userId(user)}`),
    credentials: (user) => ({
      url: listener.url,
      appId,
      publicKey: keys.publicKey,
      azStackUserId: user,
      userCredentials: credentialsOf(user) ?? '',
      fullname: user,
      namespace: ''
    }),
    userId: reception.userId,
    fault(user, fault) {
      const mine = faults.get(user) ?? new Map<number, string | null>()
      if (fault) faults.set(user, mine.set(fault.service, fault.body))
      else faults.delete(user)
    }
  }
}
