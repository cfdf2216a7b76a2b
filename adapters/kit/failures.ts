import type { Failure, ProviderDetail } from '../../machines/index.ts'

/** Why there is no connection; `permanent`: trying again as we are is useless. */
export interface Closure {
  readonly permanent: boolean
  readonly cause: Failure
}

const failures = {
  unreachable: {
    code: 'connection.unreachable',
    text: 'The provider cannot be reached: not there, not trusted (TLS), or of another protocol'
  },
  lost: { code: 'connection.lost', text: 'The connection to the provider was lost' },
  silent: { code: 'connection.lost', text: 'The provider does not answer any more' },
  refused: { code: 'connection.refused', text: 'The provider refuses the connection' },
  unauthorized: { code: 'registration.unauthorized', text: 'The provider does not accept who we say we are' },
  unsaid: { code: 'registration.unauthorized', text: 'The application did not say who we are' },
  cancelled: { code: 'connection.cancelled', text: 'Disconnected as asked' }
} as const satisfies Record<string, Failure>

/** What has become of a connection, with what the provider says of it. */
export function closure(
  kind: keyof typeof failures,
  { provider, permanent = false }: { readonly provider?: ProviderDetail; readonly permanent?: boolean } = {}
): Closure {
  return { permanent, cause: { ...failures[kind], ...(provider && { provider }) } }
}

/** Media could not be set up, or not be agreed upon. */
export function mediaFailure(error: unknown): Failure {
  return { code: 'negotiation.failed', text: error instanceof Error ? error.message : String(error) }
}
