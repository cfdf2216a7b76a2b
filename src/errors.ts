import type { CallEnd, Failure, FailureCode, ProviderDetail } from '../machines/index.ts'

/** Trying the same thing again may work: the fault was of the moment. */
const retryable: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'connection.refused',
  'connection.unreachable',
  'connection.timeout',
  'connection.exhausted',
  'connection.lost',
  'connection.offline',
  'registration.rejected',
  'registration.timeout',
  'media.busy',
  'media.no-device',
  'media.failed',
  'media.lost',
  'media.silent',
  'negotiation.glare',
  'negotiation.timeout',
  'dtmf.timeout',
  'recording.failed',
  'recording.timeout',
  'conference.failed',
  'conference.timeout',
  'transfer.failed',
  'transfer.timeout'
])

export interface CallErrorDetail {
  readonly cause?: unknown
  readonly provider?: ProviderDetail
  /** The state in which a command was refused. */
  readonly state?: string
  /** How the call ended, when that is why the command could not be carried out. */
  readonly end?: CallEnd
}

/** Why a command was not carried out. Branch on `code`, never on the message. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly code: FailureCode
  /** Whether trying again, unchanged, may work. */
  readonly retryable: boolean
  /** What the other side said, untranslated. */
  readonly provider: ProviderDetail | undefined
  readonly state: string | undefined
  readonly end: CallEnd | undefined

  constructor(code: FailureCode, message: string, detail: CallErrorDetail = {}) {
    super(message, 'cause' in detail ? { cause: detail.cause } : undefined)
    this.code = code
    this.retryable = retryable.has(code)
    this.provider = detail.provider
    this.state = detail.state
    this.end = detail.end
  }
}

export function errorOf(failure: Failure): CallError {
  return new CallError(failure.code, failure.text, failure.provider === undefined ? {} : { provider: failure.provider })
}

/** Why nothing more can be asked of a call that is over. */
export function endErrorOf(end: CallEnd): CallError {
  const provider = end.provider ?? {
    ...(end.code === undefined ? {} : { code: end.code }),
    ...(end.text === undefined ? {} : { text: end.text })
  }
  return new CallError('call.ended', `The call is over: ${end.reason}`, { end, provider, state: 'ended' })
}

/** A failure a port reports when something was thrown at it. */
export function failureOf(code: FailureCode, thrown: unknown): Failure {
  return { code, text: thrown instanceof Error ? thrown.message : String(thrown) }
}

/** A promise that rejects, and that nobody need look at. */
export function rejected(error: CallError): Promise<never> {
  const promise = Promise.reject(error)
  promise.catch(() => {})
  return promise
}
