import { logLevelConstants } from './constants.ts'
import type { LogLevel } from './constants.ts'
import { AZStackError, toError } from './errors.ts'

/** How callbacks and delegates are told: with an error, or with a result, which is often null as well. */
export type Answer<R> = (error: AZStackError | null, result: R | null) => void

export type Logger = (level: Exclude<LogLevel, 'NONE'>, text: string) => void

export interface RequestOptions<R> {
  readonly name: string
  readonly callback: Answer<R> | undefined
  readonly delegate: () => Answer<R> | undefined
  readonly act: () => Promise<R>
  /** What to do when it was not done in time. */
  readonly late?: () => void
  /** What comes after the answer, once the caller has had it. */
  readonly done?: () => void
}

const levels = Object.values(logLevelConstants)

/** The vendor's three ways of asking: each answer goes to the callback, the promise and the delegate, in this order. */
export class Requests {
  timeout = 60_000
  level: LogLevel = 'NONE'
  readonly #logger: Logger

  constructor(logger: Logger = toConsole) {
    this.#logger = logger
  }

  log(level: Exclude<LogLevel, 'NONE'>, text: string) {
    if (levels.indexOf(level) <= levels.indexOf(this.level)) this.tell(() => this.#logger(level, text))
  }

  /** What the application does in answer is its own affair, and must not stop ours. */
  tell(act: () => void) {
    try {
      act()
    } catch (error) {
      const text = `The application threw in a callback: ${error instanceof Error ? error.message : String(error)}`
      if (this.level !== 'NONE') quietly(() => this.#logger('ERROR', text))
    }
  }

  ask<R>({ name, callback, delegate, act, late, done }: RequestOptions<R>): Promise<R> {
    this.log('INFO', name)
    const promise = new Promise<R>((resolve, reject) => {
      let isOpen = true
      const close = (settle: () => void, error: AZStackError | null, result: R | null) => {
        if (!isOpen) return
        isOpen = false
        clearTimeout(timer)
        if (error !== null) this.log('ERROR', `${name}: ${error.code} ${error.message}`)
        this.tell(() => callback?.(error, result))
        settle()
        this.tell(() => delegate()?.(error, result))
      }
      const fail = (error: AZStackError) => close(() => reject(error), error, null)
      const timer = setTimeout(() => {
        fail(new AZStackError('ERR_REQUEST_TIMEOUT', `${name} was not answered in time`))
        late?.()
      }, this.timeout)
      begin(act).then(
        (result) => {
          if (!isOpen) return
          close(() => resolve(result), null, result)
          if (done !== undefined) setTimeout(done)
        },
        (error: unknown) => fail(toError(error))
      )
    })
    // whoever uses a callback or a delegate does not look at it
    promise.catch(() => {})
    return promise
  }
}

async function begin<R>(act: () => Promise<R>): Promise<R> {
  return act()
}

function quietly(act: () => void) {
  try {
    act()
  } catch {
    // a logger that throws has nobody left to tell
  }
}

const toConsole: Logger = (level, text) => {
  // oxlint-disable-next-line no-console -- what it is for
  console.log(`AZStack ${level}: ${text}`)
}
