import { not } from 'xstate'
import { connectionSetup, timedOut } from './connection-setup.ts'

const giveUp = ['sendDisconnect', { type: 'tellDisconnected', params: { reason: 'exhausted' } }] as const

/** Gives up the opening under way and begins another, as far as one is left. */
const afresh = { guard: 'mayRetry', target: 'hurrying', actions: ['countWait', 'sendDisconnect'] } as const

/** The states of trying, the same whether we were online before (`reconnecting`) or not (`connecting`). */
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
      { target: '#connection.exhausted', actions: [{ type: 'noteCause', params: { cause: timedOut } }, ...giveUp] }
    ]
  },
  on: {
    // what was begun on a network that is gone waits for it in vain
    'network.online': afresh,
    'network.changed': afresh,
    wake: afresh,
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
        target: '#connection.exhausted',
        actions: [{ type: 'noteCause', params: ({ event }) => event }, ...giveUp]
      }
    ]
  }
})

const waiting = connectionSetup.createStateConfig({
  description: 'The last attempt failed; the next one starts after the wait, or soon when there is reason to hope.',
  entry: 'countWait',
  after: { retryDelay: 'opening' },
  on: {
    'network.online': 'hurrying',
    'network.changed': 'hurrying',
    wake: 'hurrying',
    // of an opening that is over; nothing is open now
    'transport.opened': { actions: 'countStale' }
  }
})

const hurrying = connectionSetup.createStateConfig({
  description: 'The network is back, or it is another one: soon, but not in the same moment as everybody else.',
  entry: 'countHope',
  after: { hurryDelay: 'opening' },
  on: { 'transport.opened': { actions: 'countStale' } }
})

const hopeful = { target: '#connection.connecting.hurrying', actions: ['startSeries', 'countWait'] } as const
const again = { target: '#connection.connecting', actions: 'startSeries' } as const

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
    hopes: 0,
    hasCalls: false,
    identity: '',
    cause: null,
    stale: 0
  }),
  invoke: { id: 'transport', src: 'transport' },
  on: {
    'calls.begun': { actions: { type: 'noteCalls', params: { hasCalls: true } } },
    'calls.over': { actions: { type: 'noteCalls', params: { hasCalls: false } } }
  },
  initial: 'offline',
  states: {
    offline: {
      description: 'No connection, and none is wanted.',
      on: { connect: again }
    },
    exhausted: {
      description: 'No connection: gave up trying, until somebody asks again or there is new reason to hope.',
      on: {
        connect: again,
        'network.online': hopeful,
        'network.changed': hopeful,
        wake: hopeful,
        disconnect: 'offline'
      }
    },
    connecting: {
      description: 'Asked to be online and never was since.',
      tags: ['trying'],
      initial: 'opening',
      after: { giveUpDelay: { target: 'exhausted', actions: giveUp } },
      states: { opening, waiting, hurrying },
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
          after: { steadyDelay: [{ guard: 'hasCalls', target: 'watched' }, { target: 'steady' }] }
        },
        steady: {
          description: 'Has stood long enough that the next loss is a new story.',
          entry: 'startSeries',
          on: { 'calls.begun': { target: 'watched', actions: { type: 'noteCalls', params: { hasCalls: true } } } }
        },
        watched: {
          description: 'As steady, but calls depend on it: it is asked every few seconds whether it is still there.',
          entry: 'startSeries',
          after: { watchDelay: 'proving' },
          on: { 'calls.over': { target: 'steady', actions: { type: 'noteCalls', params: { hasCalls: false } } } }
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
            'network.changed': {},
            wake: {}
          }
        }
      },
      on: {
        'transport.silent': '.proving',
        'network.online': '.proving',
        'network.offline': '.proving',
        'network.changed': '.proving',
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
      after: { giveUpDelay: { target: 'exhausted', actions: giveUp } },
      states: {
        spent: {
          description: 'Decides whether there is a try left: a connection that keeps dropping uses them up.',
          always: [{ guard: not('mayRetry'), target: '#connection.exhausted', actions: giveUp }, { target: 'waiting' }]
        },
        opening,
        waiting,
        hurrying
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
