import { assign, emit, sendTo, setup } from 'xstate'
import { backoffDelay } from './backoff.ts'
import type { BackoffPolicy } from './backoff.ts'
import type { Failure } from './failure.ts'
import type { TransportCommand, TransportEvent } from './transport.ts'
import { unprovided } from './unprovided.ts'

export type RegistrationEvent =
  | { readonly type: 'register' }
  | { readonly type: 'unregister' }
  | { readonly type: 'wake' }
  | Extract<
      TransportEvent,
      {
        readonly type:
          | 'transport.opened'
          | 'transport.closed'
          | 'transport.registered'
          | 'transport.unregistered'
          | 'transport.refused'
      }
    >

export type RegistrationEmitted =
  | { readonly type: 'registration.registered'; readonly expires: number }
  | { readonly type: 'registration.unregistered'; readonly cause: Failure | null }
  | { readonly type: 'registration.failed'; readonly cause: Failure; readonly permanent: boolean }

export interface RegistrationContext {
  readonly policy: BackoffPolicy
  readonly attempt: number
  /** The opening of the connection we are on, as far as we heard; the end of an older one is no news. */
  readonly connection: number
  readonly tries: number
  /** Seconds the provider keeps us. */
  readonly expires: number
  readonly cause: Failure | null
  readonly stale: number
}

const timedOut: Failure = { code: 'registration.timeout', text: 'The registrar did not answer in time' }

const registrationSetup = setup({
  types: {
    context: {} as RegistrationContext,
    events: {} as RegistrationEvent,
    emitted: {} as RegistrationEmitted,
    input: {} as { readonly policy: BackoffPolicy },
    tags: {} as 'reachable' | 'trying'
  },
  actors: { transport: unprovided<TransportCommand>('transport') },
  guards: {
    isStale: ({ context }, params: { attempt: number }) => params.attempt !== context.attempt,
    isPermanent: (_, params: { permanent: boolean }) => params.permanent,
    isOldConnection: ({ context }, params: { attempt: number }) => params.attempt < context.connection,
    mayRetry: ({ context }) => context.tries < context.policy.maxAttempts
  },
  actions: {
    startSeries: assign({ tries: 0, cause: null }),
    countTry: assign({ attempt: ({ context }) => context.attempt + 1, tries: ({ context }) => context.tries + 1 }),
    countStale: assign({ stale: ({ context }) => context.stale + 1 }),
    noteCause: assign({ cause: (_, params: { cause: Failure }) => params.cause }),
    noteConnection: assign({
      connection: ({ context }, params: { attempt: number }) => Math.max(context.connection, params.attempt)
    }),
    noteExpires: assign({ expires: (_, params: { expires: number }) => params.expires }),
    sendRegister: sendTo('transport', ({ context }): TransportCommand => ({
      type: 'register',
      attempt: context.attempt
    })),
    sendUnregister: sendTo('transport', ({ context }): TransportCommand => ({
      type: 'unregister',
      attempt: context.attempt
    })),
    tellRegistered: emit(({ context }) => ({ type: 'registration.registered', expires: context.expires }) as const),
    tellUnregistered: emit(({ context }) => ({ type: 'registration.unregistered', cause: context.cause }) as const),
    tellFailed: emit(
      ({ context }, params: { permanent: boolean }) =>
        ({ type: 'registration.failed', cause: context.cause ?? timedOut, permanent: params.permanent }) as const
    )
  },
  delays: {
    /** RFC 3261 timer F. */
    registerDeadline: 32_000,
    unregisterDeadline: 5_000,
    /** RFC 3261 allows an expiry of 136 years, which is more than a timer can wait. */
    refreshDelay: ({ context }) => Math.min(context.expires * 750, 2 ** 31 - 1),
    /** The rest of the time the provider keeps us: after it we are certainly gone. */
    refreshDeadline: ({ context }) => Math.min(context.expires * 250, 2 ** 31 - 1),
    retryDelay: ({ context }) => backoffDelay(context.policy, context.tries - 1)
  }
})

/** A request that was refused: stale, for good, or for now. */
const refusals = [
  { guard: { type: 'isStale', params: ({ event }: { event: { attempt: number } }) => event }, actions: 'countStale' },
  {
    guard: { type: 'isPermanent', params: ({ event }: { event: { permanent: boolean } }) => event },
    target: '#registration.refused',
    actions: { type: 'noteCause', params: ({ event }: { event: { cause: Failure } }) => event }
  },
  {
    target: '#registration.failed',
    actions: { type: 'noteCause', params: ({ event }: { event: { cause: Failure } }) => event }
  }
] as const

/** Whether incoming calls can reach us on the connection we have now. */
export const registrationMachine = registrationSetup.createMachine({
  id: 'registration',
  context: ({ input }) => ({
    policy: input.policy,
    attempt: 0,
    connection: 0,
    tries: 0,
    expires: 0,
    cause: null,
    stale: 0
  }),
  invoke: { id: 'transport', src: 'transport' },
  on: {
    // registered is always: on the connection that stands now
    'transport.opened': { actions: { type: 'noteConnection', params: ({ event }) => event } },
    'transport.closed': [
      { guard: { type: 'isOldConnection', params: ({ event }) => event }, actions: 'countStale' },
      { target: '.unregistered' }
    ]
  },
  initial: 'unregistered',
  states: {
    unregistered: {
      description: 'The provider does not know where we are.',
      on: { register: { target: 'registering', actions: 'startSeries' }, 'transport.closed': {} }
    },
    registering: {
      description: 'A request is on its way; the last answer no longer counts.',
      tags: ['trying'],
      entry: ['countTry', 'sendRegister'],
      after: {
        registerDeadline: { target: 'failed', actions: { type: 'noteCause', params: { cause: timedOut } } }
      },
      on: {
        'transport.registered': [
          { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
          { target: 'registered', actions: [{ type: 'noteExpires', params: ({ event }) => event }, 'startSeries'] }
        ],
        'transport.refused': refusals,
        unregister: 'unregistering'
      }
    },
    registered: {
      description: 'Incoming calls reach us.',
      tags: ['reachable'],
      initial: 'current',
      entry: 'tellRegistered',
      states: {
        current: {
          description: 'Granted, and not about to run out.',
          after: { refreshDelay: 'refreshing' },
          // after a sleep the registration may have run out unnoticed
          on: { wake: 'refreshing' }
        },
        refreshing: {
          description: 'Still granted; asked for more time.',
          entry: ['countTry', 'sendRegister'],
          after: {
            refreshDeadline: {
              target: '#registration.failed',
              actions: { type: 'noteCause', params: { cause: timedOut } }
            }
          },
          on: {
            'transport.registered': [
              { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
              { target: 'current', actions: [{ type: 'noteExpires', params: ({ event }) => event }, 'startSeries'] }
            ],
            'transport.refused': refusals
          }
        }
      },
      on: {
        'transport.closed': [
          { guard: { type: 'isOldConnection', params: ({ event }) => event }, actions: 'countStale' },
          {
            target: 'unregistered',
            actions: [{ type: 'noteCause', params: ({ event }) => event }, 'tellUnregistered']
          }
        ],
        'transport.unregistered': [
          { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
          { target: 'unregistered', actions: 'tellUnregistered' }
        ],
        unregister: 'unregistering'
      }
    },
    failed: {
      description: 'Not granted this time; tries again after a while, if it may.',
      tags: ['trying'],
      initial: 'spent',
      states: {
        spent: {
          description: 'Decides whether there is a try left.',
          always: [{ guard: 'mayRetry', target: 'waiting' }, { target: '#registration.refused' }]
        },
        waiting: {
          description: 'The next request goes out after the wait.',
          entry: { type: 'tellFailed', params: { permanent: false } },
          after: { retryDelay: '#registration.registering' },
          on: { wake: '#registration.registering', register: '#registration.registering' }
        }
      },
      on: { unregister: 'unregistered' }
    },
    refused: {
      description: 'Not granted, and asking again as we are is useless; waits for the application.',
      entry: { type: 'tellFailed', params: { permanent: true } },
      on: { register: { target: 'registering', actions: 'startSeries' }, unregister: 'unregistered' }
    },
    unregistering: {
      description: 'Told the provider to forget us.',
      entry: ['countTry', 'sendUnregister'],
      exit: 'tellUnregistered',
      after: { unregisterDeadline: 'unregistered' },
      on: {
        'transport.unregistered': [
          { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
          { target: 'unregistered' }
        ],
        'transport.refused': [
          { guard: { type: 'isStale', params: ({ event }) => event }, actions: 'countStale' },
          { target: 'unregistered' }
        ]
      }
    }
  }
})
