/** One client and its connection: whether its token is good, and what it may say. */
import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { Trace } from '../../../src/testing/trace.ts'
import { applicationActionSchemas, conferenceActionSchemas, decodeJson, parseAction, serialise } from '../wire.ts'
import type { ApplicationAction, ClientAction, ConferenceAction, GatewayEvent, IceServer } from '../wire.ts'
import { fromApplication, toApplication } from './dialect.ts'
import type { Exchange, Seat } from './exchange.ts'
import type { Connection } from './listener.ts'
import type { Bearer, Tokens } from './tokens.ts'

export interface Session {
  readonly connection: Connection
  /** Who the token says it is; null for one that is not good. */
  readonly bearer: Bearer | null
  readonly registered: boolean
  readonly seat: Seat | null
  /** Answers the handshake. */
  begin(): void
  receive(text: string): void
  /** The connection or its client is gone. */
  leave(mayReturn: boolean): void
}

export interface SessionOptions {
  readonly tokens: Tokens
  readonly trace: Trace
  readonly exchange: Exchange
  readonly iceServers: readonly IceServer[]
  /** Log reports go where nobody reads them, but never to the internet. */
  readonly apiUrl: string
  readonly reasonAgainst: (user: string) => string | null
  readonly isWithheld: (user: string, event: GatewayEvent['event']) => boolean
  readonly onRegistered: (user: string) => void
  readonly onChange: () => void
}

const device = v.object({
  sdk: v.object({ type: v.literal('js'), version: v.string() }),
  device: v.exactOptional(v.unknown())
})

export function createSession(connection: Connection, options: SessionOptions): Session {
  const { tokens, trace, exchange, isWithheld } = options
  const [token = '', info = ''] = connection.offered
  const runsOn = decodeJson(info)
  const isModern = v.is(device, runsOn) && Number.parseInt(runsOn.sdk.version, 10) >= 2
  const verdict = tokens.verify(token)
  const bearer = 'fault' in verdict ? null : verdict
  const fault = 'fault' in verdict ? verdict.fault : refusal(verdict)
  let registered = false
  let resumes = false

  function refusal({ identity }: Bearer): string | null {
    if (connection.offered.length !== 2 || !v.is(device, runsOn)) return 'Invalid device info.'
    return options.reasonAgainst(identity)
  }

  const send = (event: GatewayEvent): void => {
    if (bearer && isWithheld(bearer.identity, event.event)) return
    const text = serialise(isModern && bearer ? toApplication(event, bearer.identity) : event)
    // What comes of a message is sent, and traced, when it is known what is to be said of the message itself.
    queueMicrotask(() => connection.send(text))
  }
  const seat: Seat | null = bearer && {
    user: bearer.identity,
    displayName: bearer.displayName,
    ringsAtOnce: true,
    get resumes() {
      return resumes
    },
    send
  }

  function heed(action: ClientAction): string | null {
    if (action.action === 'heartbeat') {
      send({ event: 'heartbeat_resp' })
      return null
    }
    if (action.action === 'heartbeat_resp') return null
    if (action.action === 'destroy') {
      session.leave(false)
      options.onChange()
      return null
    }
    if (!registered || !seat) return 'not registered'
    return 'destination' in action ? exchange.place(seat, action) : exchange.receive(seat, action)
  }

  /** Whatever a client sends, the gateway goes on; a fault of its own is told as one. */
  function faultOf(text: string): string | null {
    const frame = parseAction(text)
    if (frame.kind === 'invalid') return frame.fault
    if (frame.kind === 'unknown') return 'unknown action'
    const { message } = frame
    // 2.x says of each call whether it goes on with it after a reconnect, and going on with it says so again.
    if ('autoReconnect' in message) resumes = message.autoReconnect ?? false
    if (message.action === 'reconnect_application_call') resumes = true
    const action = isConferenceAction(message)
      ? null
      : isApplicationAction(message)
        ? fromApplication(message)
        : message
    if (!action) return 'not emulated'
    try {
      return heed(action)
    } catch (error) {
      return `internal: ${String(error)}`
    }
  }

  const session: Session = {
    connection,
    bearer,
    get registered() {
      return registered
    },
    seat,
    begin() {
      const path = `GET ${connection.path} [***, ${JSON.stringify(runsOn)}]`
      trace.record({ direction: 'in', user: bearer?.identity ?? null, text: path, ...(fault && { fault }) })
      if (fault || !bearer) return send({ event: 'registration_failed', reason: fault })
      registered = true
      options.onRegistered(bearer.identity)
      send({
        event: 'registered',
        identity: bearer.identity,
        iceServers: [...options.iceServers],
        apiUrl: options.apiUrl,
        loggerOptions: { period: 5000 },
        logLevel: 'ERROR',
        instanceHash: randomBytes(4).toString('hex')
      })
      options.onChange()
    },
    receive(text) {
      const user = bearer?.identity ?? null
      const why = faultOf(text)
      trace.record({ direction: 'in', user, text, ...(why !== null && { fault: why }) })
    },
    leave(mayReturn) {
      registered = false
      if (seat) exchange.leave(seat, mayReturn)
    }
  }
  return session
}

type Message = ClientAction | ApplicationAction | ConferenceAction

function isApplicationAction(message: Message): message is ApplicationAction {
  return message.action in applicationActionSchemas
}

function isConferenceAction(message: Message): message is ConferenceAction {
  return message.action in conferenceActionSchemas
}
