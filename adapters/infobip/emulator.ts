/**
 * Infobip's gateway in one process, for tests, demos and work without a network: it knows its users by their tokens,
 * passes calls between them, and has scripted parties and phones behind it that really answer and play a tone. What is
 * not of the protocol it drops, as is all that is known of the real one, and says so in the trace.
 */
import { createFrame, createRoster } from '../../src/testing/frame.ts'
import { createMediaLoader } from '../../src/testing/party-media.ts'
import { createTrace } from '../../src/testing/trace.ts'
import { createExchange } from './emulator/exchange.ts'
import { listen } from './emulator/listener.ts'
import type { Connection } from './emulator/listener.ts'
import { mask } from './emulator/mask.ts'
import { createStage, numberOf } from './emulator/party/stage.ts'
import { createSession } from './emulator/session.ts'
import type { Session } from './emulator/session.ts'
import { createTokens } from './emulator/tokens.ts'
import type { InfobipEmulator, InfobipEmulatorOptions, InfobipFault } from './emulator/types.ts'
import type { GatewayEvent } from './wire.ts'

export type {
  CallFrom,
  InfobipCredentials,
  InfobipEmulatedCall,
  InfobipEmulator,
  InfobipEmulatorOptions,
  InfobipFault,
  TokenOptions
} from './emulator/types.ts'

const REPLACED = 4001

/** Resolves once the port is open; rejects when it is taken. `stop()` closes everything. */
export async function startInfobipEmulator(options: InfobipEmulatorOptions = {}): Promise<InfobipEmulator> {
  const { host = '127.0.0.1', port = 0, silence = 20_000, noAnswer = 60_000, resume = 60_000 } = options
  const { iceServers = [], sessions: allowed = 'many', traceLimit = 2000 } = options
  const tokens = createTokens(options.secret)
  const trace = createTrace(traceLimit, (text) => mask(text, tokens.opaque()))
  const known = new Set(options.users)
  const forbidden = new Map<string, string>()
  const faults = new Map<string, InfobipFault>()
  const withheld = new Map<string, ReadonlySet<GatewayEvent['event']>>()
  const sessions = new Map<Connection, Session>()
  const roster = createRoster()
  let delay = 0

  const all = (): Session[] => [...sessions.values()]
  const sessionsOf = (user: string): Session[] => all().filter((session) => session.bearer?.identity === user)
  const userOf = (connection: Connection): string | null => sessions.get(connection)?.bearer?.identity ?? null

  function publish(): void {
    const present = all().flatMap(({ bearer, registered }) => (bearer ? [{ user: bearer.identity, registered }] : []))
    roster.publish(present)
  }

  const exchange = createExchange({
    noAnswer,
    resume,
    faultFor: (destination) => faults.get(numberOf(destination)) ?? null,
    find(destination) {
      if (stage.isParty(destination)) return stage.seat(destination)
      // The newest one: an older one may be half dead, its client gone on to this (§2.4).
      const seat = sessionsOf(destination).findLast(({ registered }) => registered)?.seat
      return seat ?? (known.has(destination) ? 'away' : 'unknown')
    }
  })
  const stage = createStage({ loadMedia: createMediaLoader(options.RTCPeerConnection), exchange: () => exchange })

  const listener = await listen({
    host,
    port,
    silence,
    onOpen(connection) {
      connection.delay = delay
      const session = createSession(connection, {
        tokens,
        trace,
        exchange,
        iceServers,
        apiUrl: listener.address,
        reasonAgainst: (user) => forbidden.get(user) ?? null,
        isWithheld: (user, event) => withheld.get(user)?.has(event) ?? false,
        onRegistered(user) {
          known.add(user)
          const older = sessionsOf(user).filter((each) => each !== session)
          sessions.set(connection, session)
          if (allowed === 'one') older.forEach((each) => each.connection.close(REPLACED, 'Session replaced.'))
        },
        onChange: publish
      })
      sessions.set(connection, session)
      session.begin()
    },
    onText: (connection, text) => sessions.get(connection)?.receive(text),
    onSent: (connection, text) => trace.record({ direction: 'out', user: userOf(connection), text }),
    onFault: (connection, fault) => trace.record({ direction: 'in', user: userOf(connection), text: '', fault }),
    onClose(connection, code) {
      const session = sessions.get(connection)
      sessions.delete(connection)
      // 2.x says goodbye with 4000.
      session?.leave(code < 4000)
      publish()
    }
  })

  const url = `ws://${listener.address}`

  const close = () => {
    stage.stop()
    exchange.stop()
  }

  return {
    ...createFrame({ listener, roster, trace, close }),
    url,
    get clients() {
      return roster.clients
    },
    calls$: stage.calls$,
    party: (user, script) => stage.cast(user, script ?? null),
    async call(user, { from = 'party', ...rest } = {}) {
      if (!sessionsOf(user).some(({ registered }) => registered)) {
        throw new Error(`Nobody rings: ${user} is not connected`)
      }
      if (!stage.isParty(from)) stage.cast(from, null)
      return stage.place(user, from, rest)
    },
    drop: (user) => (user === undefined ? all() : sessionsOf(user)).forEach(({ connection }) => connection.terminate()),
    inject: (user, bytes) => sessionsOf(user).forEach(({ connection }) => connection.write(bytes)),
    address: (user) => user,
    credentials(user, tokenOptions) {
      const token = tokens.issue(user, tokenOptions)
      known.add(user)
      return { url, token }
    },
    forbid(user, reason) {
      if (reason === null) forbidden.delete(user)
      else forbidden.set(user, reason)
    },
    close: (user, code, reason = '') => sessionsOf(user).forEach(({ connection }) => connection.close(code, reason)),
    fault(destination, fault) {
      if (fault) faults.set(numberOf(destination), fault)
      else faults.delete(numberOf(destination))
    },
    withhold: (user, events) => void withheld.set(user, new Set(events)),
    delay(milliseconds) {
      delay = milliseconds
      listener.connections.forEach((connection) => {
        connection.delay = milliseconds
      })
    }
  }
}
