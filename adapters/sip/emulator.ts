/**
 * A SIP server in one process, for tests, demos and work without a network: registrar and proxy over WebSocket, strict
 * about what it takes, and with scripted parties that really answer, hold, send digits and play a tone.
 */
import { createFrame, createRoster, secretsFrom } from '../../src/testing/frame.ts'
import { createMediaLoader } from '../../src/testing/party-media.ts'
import { createTrace } from '../../src/testing/trace.ts'
import { createAuthenticator } from './emulator/digest.ts'
import { createAddress } from './emulator/grammar.ts'
import { listen } from './emulator/listener.ts'
import type { Connection } from './emulator/listener.ts'
import { mask } from './emulator/mask.ts'
import { serialise } from './emulator/message.ts'
import type { SipRequest } from './emulator/message.ts'
import { parseMessage } from './emulator/parse.ts'
import { createStage } from './emulator/party/stage.ts'
import { createProxy } from './emulator/proxy.ts'
import { createRegistrar } from './emulator/registrar.ts'
import { responseTo } from './emulator/transactions.ts'
import type { Flow } from './emulator/transactions.ts'
import type { SipEmulator, SipEmulatorOptions, SipFault } from './emulator/types.ts'

export type { Direction } from '../../src/testing/directions.ts'
export type {
  SipCredentials,
  SipEmulatedCall,
  SipEmulator,
  SipEmulatorOptions,
  SipFault,
  SipMediaCount
} from './emulator/types.ts'

const MOST_CONTACTS_PER_CONNECTION = 50

/** Resolves once the port is open; rejects when it is taken. `stop()` closes everything. */
export async function startSipEmulator(options: SipEmulatorOptions = {}): Promise<SipEmulator> {
  const { host = '127.0.0.1', port = 0, domain = 'example.test', noAnswer = 120_000, gruu = true } = options
  const { transactionTimeout: timeout = 32_000, nonceExpires = 300_000, traceLimit = 2000 } = options
  const passwordOf = secretsFrom(options.users)
  const trace = createTrace(traceLimit, mask)
  const roster = createRoster()
  const faults = new Map<string, Map<string, number>>()
  let delay = 0

  const listener = await listen({
    host,
    port,
    onOpen: (connection) => {
      connection.delay = delay
    },
    onText: (connection, text) => guard(connection, text),
    onSent: ({ user }, text) => trace.record({ direction: 'out', user, text }),
    onFault: ({ user }, fault) => trace.record({ direction: 'in', user, text: '', fault }),
    onClose(connection) {
      proxy.closed(connection)
      publish()
    }
  })

  const connectionsOf = (user: string): Connection[] => [...listener.connections].filter((each) => each.user === user)

  function publish(): void {
    const known = [...listener.connections].flatMap((connection) => {
      const registered = registrar.all().some((binding) => binding.flow === connection)
      return connection.user === null ? [] : [{ user: connection.user, registered }]
    })
    roster.publish(known)
  }

  const registrar = createRegistrar({
    domain,
    gruu,
    defaultExpires: options.defaultExpires ?? 300,
    minExpires: options.minExpires ?? 0,
    onChange: publish
  })

  const stage = createStage({
    domain,
    timeout,
    loadMedia: createMediaLoader(options.RTCPeerConnection),
    deliver: (text) => fromParty(text),
    onFault: (request, fault) => lost(request, fault)
  })

  const lost = (request: SipRequest, fault: string): void =>
    trace.record({ direction: 'in', user: request.from.uri.user ?? null, text: serialise(request), fault })

  const proxy = createProxy({
    domain,
    sentBy: listener.address,
    registrar,
    authenticator: createAuthenticator({ realm: domain, passwordOf, nonceExpires }),
    inviteAuth: options.inviteAuth ?? false,
    noAnswer,
    timeout,
    isUser: (user) => passwordOf(user) !== null,
    extraTargets: (user) => stage.targets(user),
    faultFor: ({ to, method }) => faults.get(to.uri.user)?.get(method) ?? null,
    isTrusted: (flow) => flow === stage.flow,
    onAuthenticated(flow, user) {
      connectionOf(flow).user = user
    },
    flowOf: (contact) =>
      stage.isContact(contact)
        ? stage.flow
        : ([...listener.connections].findLast((each) => each.open && each.contacts.has(contact)) ?? null),
    onContact(flow, contact) {
      const { contacts } = connectionOf(flow)
      if (contacts.size < MOST_CONTACTS_PER_CONNECTION) contacts.add(contact)
    },
    onLost: lost
  })

  const outside = { user: null as string | null, contacts: new Set<string>() }
  const connectionOf = (flow: Flow) => [...listener.connections].find((each) => each === flow) ?? outside

  /** Whatever a client sends, the server goes on; a fault of its own is told as one. */
  function guard(connection: Connection, text: string): void {
    try {
      fromClient(connection, text)
    } catch (error) {
      trace.record({ direction: 'in', user: connection.user, text, fault: `internal: ${String(error)}` })
    }
  }

  function fromClient(connection: Connection, text: string): void {
    const { user } = connection
    const parsed = parseMessage(text)
    if (parsed.kind === 'invalid') {
      trace.record({ direction: 'in', user, text, fault: parsed.fault })
      if (parsed.refusal) connection.send(serialise(parsed.refusal))
      return
    }
    const { message } = parsed
    const refusal = proxy.refusalOf(message, connection)
    trace.record({ direction: 'in', user, text, ...(refusal && { fault: refusal.fault }) })
    if (!refusal) return proxy.receive(message, connection)
    if (message.kind === 'request' && refusal.status !== null) {
      connection.send(serialise(responseTo(message, refusal.status, refusal)))
    }
  }

  function fromParty(text: string): void {
    const parsed = parseMessage(text)
    if (parsed.kind === 'message') proxy.receive(parsed.message, stage.flow)
  }

  const close = () => {
    stage.stop()
    proxy.stop()
    registrar.stop()
  }

  return {
    ...createFrame({ listener, roster, trace, close }),
    url: `ws://${listener.address}`,
    domain,
    get clients() {
      return roster.clients
    },
    calls$: stage.calls$,
    party: (user, script) => stage.cast(user, script ?? null),
    async call(user, { from = 'party', displayName } = {}) {
      if (registrar.bindings(user).length === 0) throw new Error(`Nobody rings: ${user} is not registered`)
      if (!stage.isParty(from)) stage.cast(from, null)
      return stage.place(user, from, displayName)
    },
    drop: (user) =>
      [...listener.connections].filter((each) => !user || each.user === user).forEach((each) => each.terminate()),
    inject: (user, bytes) => connectionsOf(user).forEach((connection) => connection.write(bytes)),
    address: (user) => createAddress(user, domain),
    credentials: (user) => ({
      url: `ws://${listener.address}`,
      uri: createAddress(user, domain),
      password: passwordOf(user) ?? ''
    }),
    contacts: (user) => registrar.bindings(user).map(({ uri }) => uri),
    fault(user, fault: SipFault | null) {
      const mine = faults.get(user) ?? new Map<string, number>()
      if (fault) faults.set(user, mine.set(fault.method, fault.code))
      else faults.delete(user)
    },
    delay(milliseconds) {
      delay = milliseconds
      listener.connections.forEach((connection) => {
        connection.delay = milliseconds
      })
    },
    halve: (user) =>
      connectionsOf(user).forEach((connection) => {
        connection.halve = true
      })
  }
}
