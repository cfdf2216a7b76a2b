import { assign, emit, not, sendTo, setup } from 'xstate'
import { backoffDelay } from './backoff.ts'
import type { BackoffPolicy } from './backoff.ts'
import type { Failure } from './failure.ts'
import type { TransportCommand, TransportEvent } from './transport.ts'
import { unprovided } from './unprovided.ts'

export type ConnectionEvent =
  | { readonly type: 'connect' }
  | { readonly type: 'disconnect' }
  /** The browser says there is a network again, or none; it is often wrong, so it is only ever a hint. */
  | { readonly type: 'network.online' }
  | { readonly type: 'network.offline' }
  /** The clock jumped: the machine slept, and whatever was up may be down. */
  | { readonly type: 'wake' }
  | Extract<
      TransportEvent,
      { readonly type: 'transport.opened' | 'transport.closed' | 'transport.silent' | 'transport.proved' }
    >

export type ConnectionEmitted =
  | { readonly type: 'connection.connected'; readonly identity: string }
  | { readonly type: 'connection.reconnecting'; readonly cause: Failure }
  | { readonly type: 'connection.reconnected'; readonly identity: string }
  | { readonly type: 'connection.disconnected'; readonly reason: DisconnectReason; readonly cause: Failure | null }

export type DisconnectReason = 'requested' | 'cancelled' | 'permanent' | 'exhausted'

export interface ConnectionContext {
  readonly policy: BackoffPolicy
  /** Numbers the openings; what another one reports is stale. */
  readonly attempt: number
  /** Numbers the probes. */
  readonly probe: number
  /** Openings and waits since we were last steadily online. */
  readonly tries: number
  readonly waits: number
  readonly identity: string
  readonly cause: Failure | null
  readonly stale: number
}

const timedOut: Failure = { code: 'connection.timeout', text: 'The provider did not answer in time' }

const connectionSetup = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    emitted: {} as ConnectionEmitted,
    input: {} as { readonly policy: BackoffPolicy },
    tags: {} as 'online' | 'trying'
  },
  actors: { transport: unprovided<TransportCommand>('transport') },
  guards: {
    isStale: ({ context }, params: { attempt: number }) => params.attempt !== context.attempt,
    isOldProof: ({ context }, params: { attempt: number }) => params.attempt !== context.probe,
    isPermanent: (_, params: { permanent: boolean }) => params.permanent,
    mayRetry: ({ context }) => context.tries < context.policy.maxAttempts
  },
  actions: {
    startSeries: assign({ tries: 0, waits: 0, cause: null }),
    countTry: assign({ attempt: ({ context }) => context.attempt + 1, tries: ({ context }) => context.tries + 1 }),
    countWait: assign({ waits: ({ context }) => context.waits + 1 }),
    countProbe: assign({ probe: ({ context }) => context.probe + 1 }),
    countStale: assign({ stale: ({ context }) => context.stale + 1 }),
    noteCause: assign({ cause: (_, params: { cause: Failure }) => params.cause }),
    noteIdentity: assign({ identity: (_, params: { identity: string }) => params.identity, cause: null }),
    sendConnect: sendTo('transport', ({ context }): TransportCommand => ({
      type: 'connect',
      attempt: context.attempt
    })),
    sendDisconnect: sendTo('transport', { type: 'disconnect' } satisfies TransportCommand),
    sendProbe: sendTo('transport', ({ context }): TransportCommand => ({ type: 'probe', attempt: context.probe })),
    tellConnected: emit(({ context }) => ({ type: 'connection.connected', identity: context.identity }) as const),
    tellReconnected: emit(({ context }) => ({ type: 'connection.reconnected', identity: context.identity }) as const),
    tellReconnecting: emit(
      ({ context }) => ({ type: 'connection.reconnecting', cause: context.cause ?? timedOut }) as const
    ),
    tellDisconnected: emit(
      ({ context }, params: { reason: DisconnectReason }) =>
        ({ type: 'connection.disconnected', reason: params.reason, cause: context.cause }) as const
    )
  },
  delays: {
    openDeadline: 10_000,
    probeDeadline: 5_000,
    closeDeadline: 2_000,
    /** How long a connection must stand before the next loss starts counting anew: a flapping one keeps backing off. */
    steadyDelay: 5_000,
    retryDelay: ({ context }) => backoffDelay(context.policy, context.waits - 1),
    /** A timer that never fires is the longest a timer can be. */
    giveUpDelay: ({ context }) => Math.min(context.policy.maxElapsed, 2 ** 31 - 1)
  }
})

const giveUp = ['sendDisconnect', { type: 'tellDisconnected', params: { reason: 'exhausted' } }] as const

/** The two states of trying, the same whether we were online before (`reconnecting`) or not (`connecting`). */
const opening = connectionSetup.createStateConfig({
  description: 'A connection is being opened; only the answer to this attempt counts.',
  entry: ['countTry', 'sendConnect'],
  after: {
    openDeadline: [
      {
        guard: 'mayRetry',
        target: 'waiting',
        // an opening that is given up must not succeed beside the next one
        actions: [{ type: 'noteCause', params: { cause: timedOut } }, 'sendDisconnect']
      },
      { target: '#connection.offline', actions: [{ type: 'noteCause', params: { cause: timedOut } }, ...giveUp] }
    ]
  },
  on: {
    'transport.closed': [
      { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
      {
        guard: { type: 'isPermanent', params: ({ event }) => event },
        target: '#connection.offline',
        actions: [
          { type: 'noteCause', params: ({ event }) => event },
          'sendDisconnect',
          { type: 'tellDisconnected', params: { reason: 'permanent' } }
        ]
      },
      {
        guard: 'mayRetry',
        target: 'waiting',
        actions: { type: 'noteCause', params: ({ event }) => event }
      },
      {
        target: '#connection.offline',
        actions: [{ type: 'noteCause', params: ({ event }) => event }, ...giveUp]
      }
    ]
  }
})

const waiting = connectionSetup.createStateConfig({
  description: 'The last attempt failed; the next one starts after the wait, or at once when the network comes back.',
  entry: 'countWait',
  after: { retryDelay: 'opening' },
  on: {
    'network.online': 'opening',
    wake: 'opening',
    // of an opening that is over; nothing is open now
    'transport.opened': { actions: 'countStale' }
  }
})

const cancel = {
  target: '#connection.offline',
  actions: ['sendDisconnect', { type: 'tellDisconnected', params: { reason: 'cancelled' } }]
} as const

/** Whether we stand in connection with the provider, and what is done about it when we do not. */
export const connectionMachine = connectionSetup.createMachine({
  id: 'connection',
  context: ({ input }) => ({
    policy: input.policy,
    attempt: 0,
    probe: 0,
    tries: 0,
    waits: 0,
    identity: '',
    cause: null,
    stale: 0
  }),
  invoke: { id: 'transport', src: 'transport' },
  initial: 'offline',
  states: {
    offline: {
      description: 'No connection, and none is wanted.',
      on: { connect: { target: 'connecting', actions: 'startSeries' } }
    },
    connecting: {
      description: 'Asked to be online and never was since.',
      tags: ['trying'],
      initial: 'opening',
      after: { giveUpDelay: { target: 'offline', actions: giveUp } },
      states: { opening, waiting },
      on: {
        'transport.opened': [
          { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
          { target: 'online', actions: [{ type: 'noteIdentity', params: ({ event }) => event }, 'tellConnected'] }
        ],
        disconnect: cancel
      }
    },
    online: {
      description: 'The connection stands.',
      tags: ['online'],
      initial: 'fresh',
      states: {
        fresh: {
          description: 'Stands, but not for long yet.',
          after: { steadyDelay: 'steady' }
        },
        steady: {
          description: 'Has stood long enough that the next loss is a new story.',
          entry: 'startSeries'
        },
        proving: {
          description: 'Something says the connection may be dead: a probe is on its way.',
          entry: ['countProbe', 'sendProbe'],
          after: {
            probeDeadline: {
              target: '#connection.reconnecting',
              // it may still be half open
              actions: [{ type: 'noteCause', params: { cause: timedOut } }, 'sendDisconnect', 'tellReconnecting']
            }
          },
          on: {
            'transport.proved': [
              { guard: { type: 'isOldProof', params: ({ event }) => event }, actions: 'countStale' },
              { target: 'fresh' }
            ],
            // one proof is enough for all doubts that arise while it is under way
            'transport.silent': {},
            'network.online': {},
            'network.offline': {},
            wake: {}
          }
        }
      },
      on: {
        'transport.silent': '.proving',
        'network.online': '.proving',
        'network.offline': '.proving',
        wake: '.proving',
        'transport.closed': [
          { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
          {
            guard: { type: 'isPermanent', params: ({ event }) => event },
            target: 'offline',
            actions: [
              { type: 'noteCause', params: ({ event }) => event },
              'sendDisconnect',
              { type: 'tellDisconnected', params: { reason: 'permanent' } }
            ]
          },
          {
            target: 'reconnecting',
            actions: [{ type: 'noteCause', params: ({ event }) => event }, 'tellReconnecting']
          }
        ],
        disconnect: 'disconnecting'
      }
    },
    reconnecting: {
      description: 'Was online and wants to be again; calls go on meanwhile.',
      tags: ['trying'],
      initial: 'spent',
      after: { giveUpDelay: { target: 'offline', actions: giveUp } },
      states: {
        spent: {
          description: 'Decides whether there is a try left: a connection that keeps dropping uses them up.',
          always: [{ guard: not('mayRetry'), target: '#connection.offline', actions: giveUp }, { target: 'waiting' }]
        },
        opening,
        waiting
      },
      on: {
        'transport.opened': [
          { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
          { target: 'online', actions: [{ type: 'noteIdentity', params: ({ event }) => event }, 'tellReconnected'] }
        ],
        disconnect: cancel
      }
    },
    disconnecting: {
      description: 'Told the provider that we leave; waits a moment for the goodbye.',
      entry: 'sendDisconnect',
      after: { closeDeadline: 'offline' },
      exit: { type: 'tellDisconnected', params: { reason: 'requested' } },
      on: {
        'transport.closed': [
          { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
          { target: 'offline' }
        ]
      }
    }
  }
})
