/** In the browser: one user of each library, as it comes, and a look at their sockets from outside. */
import JsSIP from 'jssip'
import { Web } from 'sip.js'
import { sipTransport } from '../../adapters/sip/index.ts'
import { createEngine } from '../../src/index.ts'

export interface Account {
  readonly url: string
  readonly uri: string
  readonly password: string
}

export type Library = 'callchart' | 'jssip' | 'sipjs'

interface User {
  call(target: string): Promise<unknown>
}

const start: Record<Library, (account: Account) => Promise<User>> = {
  async callchart(account) {
    const engine = createEngine({ transport: sipTransport(account) })
    await engine.connect()
    return { call: async (target) => (await engine.dial(target)).established() }
  },

  jssip: ({ url, uri, password }) =>
    new Promise((resolve) => {
      const ua = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri, password, session_timers: false })
      const call = (target: string) =>
        new Promise((confirmed) => {
          const session = ua.call(target, { mediaConstraints: { audio: true, video: false } }) as unknown as {
            on(name: string, listener: (event: { readonly ready?: () => void }) => void): void
          }
          session.on('icecandidate', ({ ready }) => ready?.())
          session.on('confirmed', confirmed)
        })
      ua.on('registered', () => resolve({ call }))
      ua.start()
    }),

  async sipjs({ url, uri, password }) {
    const [name = ''] = uri.replace('sip:', '').split('@')
    const audio = document.body.appendChild(document.createElement('audio'))
    let answered = () => {}
    let registered = () => {}
    const user = new Web.SimpleUser(url, {
      aor: uri,
      media: { constraints: { audio: true, video: false }, remote: { audio } },
      userAgentOptions: { authorizationUsername: name, authorizationPassword: password, logLevel: 'error' },
      delegate: { onRegistered: () => registered(), onCallAnswered: () => answered() }
    })
    await user.connect()
    await new Promise<void>((resolve) => {
      registered = resolve
      void user.register()
    })
    return {
      call: (target) =>
        new Promise<void>((resolve, reject) => {
          answered = resolve
          user.call(target).catch(reject)
        })
    }
  }
}

/** Answers every call, with the same library whoever calls: only the callers are compared. */
async function answering(account: Account): Promise<void> {
  const engine = createEngine({ transport: sipTransport(account) })
  engine.incoming$.subscribe((call) => void call.answer())
  await engine.connect()
}

/** When a request was last answered with success on a socket to this address that was opened after the moment. */
const answers: { readonly url: string; readonly opened: number; readonly at: number }[] = []
window.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    const opened = Date.now()
    this.addEventListener('message', ({ data }) => {
      if (String(data).startsWith('SIP/2.0 200')) answers.push({ url: this.url, opened, at: Date.now() })
    })
  }
}

/** The media connections there were, by who made them: calls are placed one after the other. */
const connections: { readonly by: Library | null; readonly connection: RTCPeerConnection }[] = []
let calling: Library | null = null
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration)
    connections.push({ by: calling, connection: this })
  }
}

/** The packets of sound that have come in, on whichever connection. */
async function packetsFor(library: Library): Promise<number> {
  let packets = 0
  for (const { by, connection } of connections) {
    if (by !== library || connection.connectionState === 'closed') continue
    const stats = await connection.getStats()
    stats.forEach((report: { readonly type: string; readonly packetsReceived?: number }) => {
      if (report.type === 'inbound-rtp') packets += report.packetsReceived ?? 0
    })
  }
  return packets
}

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))

const users = {} as Record<Library, User>

const recovery = {
  answering,
  async start(library: Library, account: Account) {
    users[library] = await start[library](account)
  },
  async call(library: Library, target: string) {
    calling = library
    await users[library].call(target)
  },
  /** Until this much sound has come in. */
  async hears(library: Library, packets: number): Promise<void> {
    while ((await packetsFor(library)) < packets) await pause(20)
  },
  /** Milliseconds from `since` (of the epoch) to the first packet after the sound had stopped, or null within the wait. */
  async heardAgain(library: Library, since: number, wait: number): Promise<number | null> {
    let [packets, last] = [await packetsFor(library), Date.now()]
    while (Date.now() < since + wait) {
      await pause(20)
      const [now, before] = [await packetsFor(library), packets]
      packets = now
      if (now <= before) continue
      if (Date.now() - last > 500) return Date.now() - since
      last = Date.now()
    }
    return null
  },
  /** Milliseconds from `since` (of the epoch) to the first request answered on a new socket, or null within the wait. */
  async usable(url: string, since: number, wait: number): Promise<number | null> {
    const { host } = new URL(url)
    while (Date.now() < since + wait) {
      const answer = answers.find((each) => new URL(each.url).host === host && each.opened >= since)
      if (answer !== undefined) return answer.at - since
      await pause(5)
    }
    return null
  }
}

declare global {
  interface Window {
    recovery: typeof recovery
  }
}

window.recovery = recovery
