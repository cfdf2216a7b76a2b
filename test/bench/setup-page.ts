/** In the browser: one call at a time, through the engine or through raw JsSIP, and how long each took to be set up. */
import JsSIP from 'jssip'
import { sipTransport } from '../../adapters/sip/index.ts'
import { createEngine } from '../../src/index.ts'

export interface Account {
  readonly url: string
  readonly uri: string
  readonly password: string
}

export interface SetupRequest {
  readonly target: string
  readonly iceServers: RTCIceServer[]
}

/** Milliseconds from dial to established; the call is hung up afterwards. */
type Dial = (request: SetupRequest) => Promise<number>

const configuration = ({ url, uri, password }: Account) => ({
  sockets: [new JsSIP.WebSocketInterface(url)],
  uri,
  password,
  session_timers: false
})

/** Answers every call at once, with raw JsSIP in every case: only the caller is compared. */
function answering(account: Account): Promise<void> {
  const ua = new JsSIP.UA(configuration(account))
  ua.on('newRTCSession', ({ originator, session }: { originator: string; session: RawSession }) => {
    if (originator !== 'remote') return
    session.on('icecandidate', ({ ready }) => ready())
    session.answer({ mediaConstraints: { audio: true, video: false } })
  })
  return registered(ua)
}

interface RawSession {
  on(name: 'icecandidate', listener: (event: { readonly ready: () => void }) => void): void
  on(name: 'confirmed' | 'ended' | 'failed', listener: (event: { cause: string }) => void): void
  answer(options: object): void
  terminate(): void
}

function registered(ua: InstanceType<typeof JsSIP.UA>): Promise<void> {
  const done = new Promise<void>((resolve) => {
    ua.on('registered', () => resolve())
  })
  ua.start()
  return done
}

async function raw(account: Account, gathering: 'all' | 'first'): Promise<Dial> {
  const ua = new JsSIP.UA(configuration(account))
  await registered(ua)
  return ({ target, iceServers }) =>
    new Promise((resolve, reject) => {
      const start = performance.now()
      const options = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers } }
      const session = ua.call(target, options) as unknown as RawSession
      if (gathering === 'first') session.on('icecandidate', ({ ready }) => ready())
      let took = 0
      session.on('confirmed', () => {
        took = performance.now() - start
        session.terminate()
      })
      session.on('ended', () => resolve(took))
      session.on('failed', ({ cause }) => reject(new Error(cause)))
    })
}

async function engine(account: Account, iceServers: RTCIceServer[]): Promise<Dial> {
  const phone = createEngine({ transport: sipTransport({ ...account, rtcConfiguration: { iceServers } }) })
  await phone.connect()
  return async ({ target }) => {
    const start = performance.now()
    const call = await phone.dial(target)
    await call.established()
    const took = performance.now() - start
    await call.hangup()
    return took
  }
}

const bench = { answering, raw, engine }

declare global {
  interface Window {
    bench: typeof bench
    dial: Record<string, Dial>
  }
}

window.dial = {}
window.bench = bench
