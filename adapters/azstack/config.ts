import * as v from 'valibot'
import { logLevelConstants } from './constants.ts'
import type { LogLevel } from './constants.ts'
import { AZStackError } from './errors.ts'
import type { AzstackOptions } from './options.ts'
import type { Logger } from './requests.ts'

/** What a phone brings along and a page or Node may have to be given. */
export interface AZStackEnvironment extends Pick<
  AzstackOptions,
  'pingInterval' | 'rtcConfiguration' | 'gathering' | 'RTCPeerConnection'
> {
  /** Default: `engineIo3()`, which the service speaks. */
  readonly link?: AzstackOptions['link']
  readonly mediaDevices?: { getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> }
  /** Default: the console. */
  readonly logger?: Logger
}

export interface AuthenticatingData {
  readonly appId: string
  readonly publicKey: string
  readonly azStackUserId: string
  readonly userCredentials?: string | undefined
  readonly fullname: string
  readonly namespace?: string | undefined
}

export interface AZStackConfig {
  /** Milliseconds a request may take. Default 60 000. */
  readonly requestTimeout?: number
  /** Default NONE. */
  readonly logLevel?: string
  readonly authenticatingData?: AuthenticatingData
}

const text = v.pipe(v.string(), v.trim(), v.nonEmpty())
const authenticatingData = v.object({
  appId: text,
  publicKey: text,
  azStackUserId: v.pipe(v.string(), v.nonEmpty()),
  userCredentials: v.optional(v.string(), ''),
  fullname: v.pipe(v.string(), v.nonEmpty()),
  namespace: v.optional(v.string(), '')
})
export type CompleteData = v.InferOutput<typeof authenticatingData>
const longestTimer = 2 ** 31 - 1
const requestTimeout = v.pipe(v.number(), v.minValue(1), v.maxValue(longestTimer))

/** Throws an `AZStackError` that names what is wrong; an unknown level leaves the one there is, as it always did. */
export function readConfig(config: AZStackConfig): {
  readonly timeout: number | null
  readonly level: LogLevel | null
} {
  if (config.requestTimeout !== undefined && !v.is(requestTimeout, config.requestTimeout))
    throw new AZStackError('ERR_UNEXPECTED_SEND_DATA', 'requestTimeout is a positive number of milliseconds')
  const level = Object.values(logLevelConstants).find((known) => known === config.logLevel)
  return { timeout: config.requestTimeout ?? null, level: level ?? null }
}

/** Throws an `AZStackError` that names the first thing that is missing, but never shows what is there. */
export function readAuthenticatingData(data: unknown): CompleteData {
  const read = v.safeParse(authenticatingData, data)
  if (read.success) return read.output
  const [issue] = read.issues
  const field = v.getDotPath(issue)
  throw new AZStackError(
    'ERR_UNEXPECTED_SEND_DATA',
    `authenticatingData${field === null ? '' : `.${field}`} is missing or no text`
  )
}

/** The number of a call to be placed. */
export function readPhoneNumber(options: unknown): string {
  const number = v.pipe(v.string(), v.regex(/^\+?\d+$/))
  const read = v.safeParse(v.object({ callData: v.object({ toPhoneNumber: number }) }), options)
  if (read.success) return read.output.callData.toPhoneNumber
  throw new AZStackError('ERR_UNEXPECTED_SEND_DATA', 'callData.toPhoneNumber is digits, perhaps with a + before them')
}

/** Whether the microphone is to be on; null: the opposite of what it is. */
export function readAudioState(options: unknown): boolean | null {
  const read = v.safeParse(v.nullish(v.object({ state: v.nullish(v.boolean()) })), options)
  if (read.success) return read.output?.state ?? null
  throw new AZStackError('ERR_UNEXPECTED_SEND_DATA', 'state is true or false')
}
