import { assign, emit, sendTo, setup } from 'xstate'
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
  /** Another network than before carries what we send, or the same one by another address. */
  | { readonly type: 'network.changed' }
  /** The clock jumped: the machine slept, and whatever was up may be down. */
  | { readonly type: 'wake' }
  /** There are calls now, or no more: while there are, a dead connection has to be noticed soon. */
  | { readonly type: 'calls.begun' }
  | { readonly type: 'calls.over' }
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
  /** How often there was reason to hope since. */
  readonly hopes: number
  /** There are calls on this connection. */
  readonly hasCalls: boolean
  readonly identity: string
  readonly cause: Failure | null
  readonly stale: number
}

export const timedOut: Failure = { code: 'connection.timeout', text: 'The provider did not answer in time' }

/** Milliseconds nobody waits longer for once there is reason to hope. */
const longestHurry = 2_000

/**
 * A network that comes back does so for everybody in the same moment, and one that comes and goes does so often: who hurries
 * waits a little all the same, and longer each time it was in vain. What failed while there was no network does not count:
 * it says nothing of the provider.
 */
function hurried(policy: BackoffPolicy): BackoffPolicy {
  return { ...policy, maxDelay: Math.min(policy.maxDelay, longestHurry), jitter: 'full' }
}

/** Everything the connection names: its guards, actions and deadlines. */
export const connectionSetup = setup({
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
    mayRetry: ({ context }) => context.tries < context.policy.maxAttempts,
    hasCalls: ({ context }) => context.hasCalls
  },
  actions: {
    startSeries: assign({ tries: 0, waits: 0, hopes: 0, cause: null }),
    countTry: assign({ attempt: ({ context }) => context.attempt + 1, tries: ({ context }) => context.tries + 1 }),
    countWait: assign({ waits: ({ context }) => context.waits + 1 }),
    countHope: assign({ hopes: ({ context }) => context.hopes + 1 }),
    countProbe: assign({ probe: ({ context }) => context.probe + 1 }),
    countStale: assign({ stale: ({ context }) => context.stale + 1 }),
    noteCalls: assign({ hasCalls: (_, params: { hasCalls: boolean }) => params.hasCalls }),
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
    /** While there are calls a dead connection is noticed `steadyDelay`, this and `probeDeadline` later: 11 seconds. */
    watchDelay: 1_000,
    retryDelay: ({ context }) => backoffDelay(context.policy, context.waits - 1),
    hurryDelay: ({ context }) => backoffDelay(hurried(context.policy), context.hopes - 1),
    /** A timer that never fires is the longest a timer can be. */
    giveUpDelay: ({ context }) => Math.min(context.policy.maxElapsed, 2 ** 31 - 1)
  }
})
