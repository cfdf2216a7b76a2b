/** Users on pages of a real Chromium who call each other: what a test says to them, and what must hold after it. */
import type { Browser } from 'playwright'
import { expect, onTestFinished } from 'vitest'
import type { CallView, DtmfOptions, EngineEvent, MediaRequest, Policy, VideoSource } from '../../../src/index.ts'
import type { SipOptions } from '../../../adapters/sip/index.ts'
import type { PageOptions, TracedMessage, UserPage } from '../browser.ts'
import { openPage } from '../browser.ts'
import type { Flow } from './media-meter.ts'
import type { Command, Look, PhoneAttendance, Watched } from './page-phone.ts'
import { pictureOf } from './picture.ts'
import type { Account, SipServer } from './server.ts'
import { patience } from '../until.ts'

export interface Phone {
  readonly name: string
  /** Its name at the server, another one in every test. */
  readonly user: string
  readonly uri: string
  readonly page: UserPage
  /** What this phone and its server have said, oldest first. */
  readonly trace: readonly TracedMessage[]
  connect(): Promise<void>
  /** Resolves as soon as there is a call, long before it is answered. */
  dial(to: string | Phone, media?: MediaRequest): Promise<void>
  /** Commands go to the youngest call; they reject with an error that begins with its code. */
  answer(media?: MediaRequest): Promise<void>
  reject(reason?: 'busy' | 'declined'): Promise<void>
  hangup(): Promise<void>
  hold(): Promise<void>
  resume(): Promise<void>
  mute(): Promise<void>
  unmute(): Promise<void>
  enableVideo(video?: VideoSource | 'receive'): Promise<void>
  disableVideo(): Promise<void>
  refuseVideo(): Promise<void>
  muteCamera(): Promise<void>
  unmuteCamera(): Promise<void>
  dtmf(digits: string, options?: DtmfOptions): Promise<void>
  useMicrophone(deviceId: string): Promise<void>
  established(): Promise<void>
  /** Waits until the youngest call looks like this. */
  shows(look: Look<CallView>, options?: { readonly within?: number }): Promise<CallView>
  /** The values this part of the youngest call's view has had. */
  history<Part extends Watched>(part: Part): Promise<readonly CallView[Part][]>
  facts(): Promise<readonly EngineEvent[]>
  /** The keys the peer has pressed, in order. */
  digits(): Promise<string>
  /** Listens for keys in the sound of the youngest call from now on. */
  listen(): Promise<void>
  /** The keys heard since, in order. */
  keys(): Promise<string>
  /** How many calls this phone has had. */
  calls(): Promise<number>
  /** Waits until media flows like this. */
  flows(expected: ExpectedFlow): Promise<Flow>
}

export interface ExpectedFlow {
  /** What is heard: sound, packets without any, or no packet at all. */
  readonly in?: 'sound' | 'silence' | 'nothing'
  readonly out?: 'packets' | 'nothing'
  /** Frames of video decoded, or none. */
  readonly video?: 'frames' | 'nothing'
  /** Video packets sent, or none. */
  readonly videoOut?: 'packets' | 'nothing'
}

export interface PhoneOptions extends PageOptions, PhoneAttendance {
  readonly sip?: Partial<SipOptions>
  readonly policy?: Policy
  /** A page that is closed after the test; phones with a `before` have one anyway. */
  readonly browser?: Browser
}

/** A retry soon and always: nobody learns anything while a test waits. */
const policy: Policy = { backoff: { initialDelay: 100, maxDelay: 200, jitter: 'none' } }

export interface PhoneShop {
  /** A phone that is not connected yet. It is put away, and looked over, when the test is finished. */
  open(name: string, options?: PhoneOptions): Promise<Phone>
  /** Puts phones away before the test is finished, so that their pages can be used again; rejects when something is wrong. */
  putAway(phones: readonly Phone[], hasFailed?: boolean): Promise<void>
}

/** Pages that nobody uses, by name. They are kept from file to file: opening one costs more than most calls do. */
const idle = new Map<string, UserPage[]>()

export function createPhoneShop(browser: () => Browser, server: () => SipServer): PhoneShop {
  const reusable = new Set<UserPage>()
  const inUse = new Set<Phone>()
  let count = 0

  async function pageFor(name: string, options: PhoneOptions): Promise<UserPage> {
    const own = options.browser ?? options.before ?? options.permissions ?? options.judges
    if (own !== undefined) return openPage(options.browser ?? browser(), name, options)
    const kept = idle.get(name)?.pop()
    // a browser that died has taken its pages along
    const page = kept === undefined || kept.page.isClosed() ? await openPage(browser(), name) : kept
    page.forget()
    reusable.add(page)
    return page
  }

  return {
    async open(name, options = {}) {
      count += 1
      const user = `${name}-${count}`
      const [account, page] = await Promise.all([server().addUser(user), pageFor(name, options)])
      const phone = await createPhone(name, user, page, account, options)
      if (inUse.size === 0) onTestFinished(({ task }) => putAway([...inUse], task.result?.state === 'fail'))
      inUse.add(phone)
      return phone
    },
    putAway
  }

  async function putAway(phones: readonly Phone[], hasFailed = false): Promise<void> {
    for (const phone of phones) inUse.delete(phone)
    if (phones.length === 0) return
    const picture = () => pictureOf(phones)
    if (hasFailed) console.error(await picture())
    const faults = (await Promise.all(phones.map(faultsOf))).flat()
    if (!hasFailed && faults.length > 0) console.error(await picture())
    for (const { page } of phones) {
      const isKept = reusable.delete(page) && !hasFailed && faults.length === 0
      if (isKept) idle.set(page.name, [...(idle.get(page.name) ?? []), page])
      else await page.close()
    }
    expect(faults).toEqual([])
  }
}

/** Whatever the test was about: nothing stays open, and nothing went wrong unseen. */
async function faultsOf({ name, page }: Phone): Promise<readonly string[]> {
  const left = await page.evaluate(async () => {
    const open = () => ({ connections: window.media.open, microphones: window.captures.live })
    const { engine } = window.phone
    const isIdle = engine.calls$.value.length === 0
    const afterCalls = isIdle ? open() : { connections: 0, microphones: 0 }
    engine.dispose()
    // one turn for promises that nobody has looked at to be complained about
    await new Promise((resolve) => setTimeout(resolve))
    return { afterCalls, afterAll: open() }
  })
  const faults = page.errors.filter((error) => !isOfTheNetwork(error))
  for (const [when, { connections, microphones }] of Object.entries(left)) {
    if (connections > 0) faults.push(`${name}: ${connections} peer connections are open (${when})`)
    if (microphones > 0) faults.push(`${name}: ${microphones} microphones are open (${when})`)
  }
  return faults
}

/** Chromium itself logs every WebSocket that does not open, and tests break networks. */
function isOfTheNetwork(error: string): boolean {
  return /^\w+: WebSocket connection to \S+ failed: /.test(error)
}

async function createPhone(
  name: string,
  user: string,
  page: UserPage,
  account: Account,
  options: PhoneOptions
): Promise<Phone> {
  const firstSocket = page.sockets
  await page.evaluate((setup) => window.createPhone(setup), {
    ...('password' in account ? { sip: { ...account, ...options.sip } } : account),
    policy: { ...policy, ...options.policy },
    ...(options.devices && { devices: options.devices }),
    ...(options.quality && { quality: options.quality })
  })
  const run = (command: Command, ...args: readonly unknown[]) =>
    page.evaluate(
      async ([what, given]) => {
        try {
          await window.phone.run(what, given)
        } catch (error) {
          throw error instanceof window.callchart.CallError ? new Error(`${error.code}: ${error.message}`) : error
        }
      },
      [command, args] as const
    )

  return {
    name,
    user,
    uri: account.uri,
    page,
    get trace() {
      return page.trace.filter(({ socket }) => socket >= firstSocket)
    },
    connect: () =>
      page.evaluate(() =>
        window.phone.engine.connect().catch((error: InstanceType<typeof window.callchart.CallError>) => {
          throw new Error(`${error.code}: ${error.message}`)
        })
      ),
    dial: (to, media) =>
      page.evaluate(([target, wanted]) => window.phone.dial(target, wanted), [
        typeof to === 'string' ? to : to.uri,
        media
      ] as const),
    answer: (media) => run('answer', media === undefined ? undefined : { media }),
    reject: (reason) => run('reject', reason),
    hangup: () => run('hangup'),
    hold: () => run('hold'),
    resume: () => run('resume'),
    mute: () => run('mute'),
    unmute: () => run('unmute'),
    enableVideo: (video) => run('enableVideo', video),
    disableVideo: () => run('disableVideo'),
    refuseVideo: () => run('refuseVideo'),
    muteCamera: () => run('muteCamera'),
    unmuteCamera: () => run('unmuteCamera'),
    dtmf: (digits, wanted) => run('dtmf', digits, wanted),
    useMicrophone: (deviceId) => run('useMicrophone', deviceId),
    established: () => run('established'),
    shows: (look, { within = patience } = {}) =>
      page.evaluate(([wanted, deadline]) => window.phone.shows(wanted, deadline), [look, within] as const),
    history: (part) => page.evaluate((wanted) => window.phone.history(wanted), part),
    facts: () => page.evaluate(() => window.phone.facts),
    digits: () =>
      page.evaluate(() =>
        window.phone.facts.map(({ event }) => (event.type === 'dtmf.received' ? event.tone : '')).join('')
      ),
    listen: () =>
      page.evaluate(async () => {
        const stream = window.phone.call.remoteStream$.value
        if (stream === null) throw new Error('There is nothing to hear')
        window.tones = await window.listenForTones(stream)
      }),
    keys: () => page.evaluate(() => window.tones.keys),
    calls: () => page.evaluate(() => window.phone.calls.length),
    flows: (expected) => flowsLike(page, expected)
  }
}

async function flowsLike(page: UserPage, expected: ExpectedFlow): Promise<Flow> {
  // the fake microphone beeps about once a second: shorter silences say nothing
  const window = expected.in === 'silence' ? 1_100 : 500
  const seen: string[] = []
  // what has just been said is still on its way for a moment, so more than one window may be needed
  for (let spent = 0; spent < patience; spent += window) {
    const flow = await page.flow({ window })
    if (isLike(flow, expected)) return flow
    seen.push(
      `${flow.audioIn} packets in, ${flow.audioOut} out, energy ${flow.energy.toFixed(4)}, ` +
        `video: ${flow.videoIn} in, ${flow.videoOut} out, ${flow.framesDecoded} decoded, ${flow.directions.join(' ')}`
    )
  }
  throw new Error(`${page.name}: not ${JSON.stringify(expected)}, but in windows of ${window} ms: ${seen.join('; ')}`)
}

function isLike(flow: Flow, expected: ExpectedFlow): boolean {
  const { audioIn, audioOut, energy, framesDecoded, videoOut } = flow
  if (expected.video === 'frames' && framesDecoded < 3) return false
  if (expected.video === 'nothing' && framesDecoded > 0) return false
  if (expected.videoOut === 'packets' && videoOut < 3) return false
  if (expected.videoOut === 'nothing' && videoOut > 0) return false
  if (expected.in === 'sound' && (audioIn < 10 || energy < 0.005)) return false
  if (expected.in === 'silence' && energy > 0.001) return false
  if (expected.in === 'nothing' && (audioIn > 0 || energy > 0.001)) return false
  if (expected.out === 'packets' && audioOut < 10) return false
  return expected.out !== 'nothing' || audioOut === 0
}
