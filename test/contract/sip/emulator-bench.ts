/** The contract's bench on the embedded SIP server: its far ends are the server's own scripted parties. */
import { filter, firstValueFrom } from 'rxjs'
import { startSipEmulator } from '../../../adapters/sip/emulator.ts'
import type { SipEmulatedCall, SipEmulator, SipEmulatorOptions } from '../../../adapters/sip/emulator.ts'
import { loadNodeWebRtc } from '../../../src/testing/webrtc.ts'
import type { Account, Bench, BenchPlan, FarCall } from '../bench.ts'
import { openDevice } from './device.ts'

export interface EmulatorBench extends Bench {
  readonly server: SipEmulator
}

export const emulatorBench = (changes: SipEmulatorOptions = {}): BenchPlan => ({
  cannot: {
    'signalled-mute': 'SIP has no word for it',
    'forget-nobody': 'the far end is a part of the server, and goes with it'
  },
  start: () => startEmulatorBench(changes)
})

async function startEmulatorBench(changes: SipEmulatorOptions = {}): Promise<EmulatorBench> {
  const options = { users: (user: string) => (user.startsWith('nobody') ? null : `pw-${user}`), ...changes }
  let server = await startSipEmulator(options)
  const webRtc = await loadNodeWebRtc()
  let count = 0

  return {
    webRtc,
    nobody: 'sip:nobody-1@example.test',
    get server() {
      return server
    },
    account({ user = `user-${++count}`, password, unreachable = false } = {}) {
      const known = server.credentials(user)
      return openDevice({ ...known, user, webRtc, unreachable, ...(password === undefined ? {} : { password }) })
    },
    far() {
      const party = `party-${++count}`
      server.party(party)
      return Promise.resolve({
        address: `sip:${party}@${server.domain}`,
        next: async () => asFarCall(await firstValueFrom(server.calls$.pipe(filter((call) => call.party === party)))),
        call: async ({ user }: Account) => asFarCall(await server.call(user, { from: party })),
        release: () => Promise.resolve()
      })
    },
    async restart() {
      const port = Number(new URL(server.url).port)
      await server.stop()
      server = await startSipEmulator({ ...options, port })
    },
    stop: () => server.stop()
  }
}

function asFarCall(call: SipEmulatedCall): FarCall {
  return {
    get state() {
      return call.state
    },
    get held() {
      return call.held
    },
    get digits() {
      return call.digits
    },
    muted: false,
    reaches: (state) => call.reaches(state),
    ring: (options) => call.ring(options),
    answer: () => call.answer(),
    reject: (reason) => call.reject(reason),
    hangup: () => call.hangup(),
    hold: () => call.hold(),
    resume: () => call.resume(),
    sendDigits: (digits) => call.sendDigits(digits),
    heard: async () => (await call.media()).loud,
    offers(policy) {
      if (policy === 'accept') call.acceptOffers()
      else if (policy === 'ignore') call.silentOffers()
      else call.refuseOffers(policy)
    }
  }
}
