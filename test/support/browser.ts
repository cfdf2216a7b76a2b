/** Real pages in a real Chromium, each with a user of its own: a test in Node watches and steers them all. */
import type { Browser, Page } from 'playwright'
import { chromium } from 'playwright'
import { inject } from 'vitest'
import type { Flow, FlowOptions } from './browser/media-meter.ts'
import { chromiumPath } from './needing.ts'
import type { UntilOptions } from './until.ts'
import { patience, until } from './until.ts'

/** Fake devices, nothing that asks or phones home, media over loopback, and certificates that nobody signed. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--ignore-certificate-errors'
]

export interface BrowserOptions {
  readonly flags?: readonly string[]
  /** Of the usual flags those to leave out. */
  readonly without?: readonly string[]
  /** The home of its user: whom it trusts stands there. */
  readonly home?: string
  /** A script that starts Chromium elsewhere, with the arguments it is given. */
  readonly executable?: string
}

/** Leaves certificates to be judged. */
export const judging: BrowserOptions = { without: ['--ignore-certificate-errors'] }

/** Ends with this process at the latest: it hangs on a pipe to it. */
export function openBrowser({
  flags: more = [],
  without = [],
  home,
  executable
}: BrowserOptions = {}): Promise<Browser> {
  const executablePath = executable ?? chromiumPath()
  if (!executablePath) throw new Error('There is no Chromium here')
  return chromium.launch({
    executablePath,
    args: [...flags.filter((flag) => !without.includes(flag)), ...more],
    ...(home !== undefined && { env: { ...process.env, HOME: home } })
  })
}

let shared: Promise<Browser> | null = null

/** One for all tests of a process, as long as it lives: it is not theirs to close. */
export async function sharedBrowser(): Promise<Browser> {
  const current = (shared ??= openBrowser())
  if ((await current).isConnected()) return current
  if (shared === current) shared = openBrowser()
  return shared
}

export interface PageOptions {
  /** Runs before anything else on the page: replace a global, break a device. */
  readonly before?: () => void
  /** What the user has allowed the page; the microphone and the camera when left out. */
  readonly permissions?: readonly string[]
  /** Whether certificates are judged; not, when left out. */
  readonly judges?: boolean
  /** The origin of the page, where it is not reached at the usual one. */
  readonly origin?: string
}

export interface UserPage {
  readonly name: string
  readonly page: Page
  /** Runs a function on the page; what it uses must come in as `argument` or be global there, like `window.callchart`. */
  evaluate<Result, Argument = undefined>(
    action: (argument: Argument) => Result | Promise<Result>,
    argument?: Argument
  ): Promise<Result>
  /** Waits until this function gives something on the page that is not null, undefined or false. */
  until<Result, Argument = undefined>(
    question: (argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
    options?: UntilOptions
  ): Promise<NonNullable<Exclude<Result, false>>>
  /** Every message on the page's WebSockets, oldest first. */
  readonly trace: readonly TracedMessage[]
  /** Leaves what was traced behind: the next user of the page waits for messages of their own. */
  forget(): void
  /** How many WebSockets the page has opened. */
  readonly sockets: number
  /** Waits for a message that starts like this (`'BYE '`, `'SIP/2.0 486'`), already here or still to come. */
  sees(direction: TracedMessage['direction'], start: string, options?: UntilOptions): Promise<TracedMessage>
  /** Exceptions nobody caught, and what was logged as an error. */
  readonly errors: readonly string[]
  /** What a peer connection sends and plays within a window of real time. */
  flow(options?: FlowOptions): Promise<Flow>
  /** Closes the page without a goodbye: its sockets drop. */
  close(): Promise<void>
}

export interface TracedMessage {
  readonly direction: 'sent' | 'received'
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Which of the page's WebSockets, counted from 0 as they were made. */
  readonly socket: number
}

/** A page of its own for `name`: storage and devices are not shared with any other. */
export async function openPage(browser: Browser, name: string, options: PageOptions = {}): Promise<UserPage> {
  const permissions = [...(options.permissions ?? ['microphone', 'camera'])]
  const context = await browser.newContext({ permissions, ignoreHTTPSErrors: options.judges !== true })
  const page = await context.newPage()
  const trace: TracedMessage[] = []
  const errors: string[] = []
  let sockets = 0

  page.on('websocket', (webSocket) => {
    const socket = sockets
    sockets += 1
    const note =
      (direction: TracedMessage['direction']) =>
      ({ payload }: { payload: string | Buffer }) =>
        void trace.push({ direction, text: payload.toString(), at: Date.now(), socket })
    webSocket.on('framesent', note('sent'))
    webSocket.on('framereceived', note('received'))
  })
  page.on('pageerror', (error) => void errors.push(`${name}: ${error.stack ?? error.message}`))
  page.on('crash', () => void errors.push(`${name}: the page crashed`))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${name}: ${message.text()}`)
  })
  if (options.before) await page.addInitScript(options.before)
  await page.goto(new URL('/page.html', options.origin ?? inject('pageUrl')).href)

  // Playwright unwraps handles in arguments; ours are plain data, and its type for that does not mix with ours.
  const evaluate: UserPage['evaluate'] = (action, argument) => page.evaluate(action as never, argument)

  return {
    name,
    page,
    trace,
    errors,
    forget() {
      trace.length = 0
      errors.length = 0
    },
    get sockets() {
      return sockets
    },
    evaluate,
    until: (question, argument, wait) =>
      until(() => evaluate(question, argument), { within: patience, what: `what ${name} waits for`, ...wait }),
    sees: (direction, start, wait) =>
      until(() => trace.find((message) => message.direction === direction && message.text.startsWith(start)), {
        what: `${name}: ${direction} ${start}`,
        ...wait
      }),
    flow: (wanted = {}) => evaluate((what) => window.media.flow(what), wanted),
    close: () => context.close()
  }
}

/**
 * Does the same on all pages within a millisecond or two: two separate calls are 5 to 10 ms apart, too far to collide on
 * the wire. As with `evaluate`, what the function uses must come in as `argument`.
 */
export function atTheSameInstant<Result, Argument = undefined>(
  pages: readonly UserPage[],
  action: (argument: Argument) => Result | Promise<Result>,
  argument?: Argument
): Promise<Result[]> {
  const moment = Date.now() + 200
  const call = `(${action.toString()})(${argument === undefined ? '' : JSON.stringify(argument)})`
  const script = `window.atInstant(${moment}, () => ${call})`
  return Promise.all(pages.map(({ page }) => page.evaluate<Result>(script)))
}
