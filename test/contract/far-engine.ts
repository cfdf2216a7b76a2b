/** A far end that is an engine itself, for servers that have no scripted parties. */
import { filter, firstValueFrom } from 'rxjs'
import { createEngine } from '../../src/index.ts'
import type { Call } from '../../src/index.ts'
import { meter } from '../../src/testing/webrtc.ts'
import type { Meter, NodeWebRtc } from '../../src/testing/webrtc.ts'
import type { Account, FarCall, FarEnd, FarState } from './bench.ts'
import { hasty, soon } from './scene.ts'

export async function farEngine(account: Account, { mediaDevices }: NodeWebRtc): Promise<FarEnd> {
  const engine = createEngine({ transport: account.transport, media: { mediaDevices }, clock: hasty })
  await engine.connect()
  return {
    address: account.address,
    next: async () => asFarCall(await firstValueFrom(engine.incoming$)),
    call: async ({ address }) => asFarCall(await engine.dial(address)),
    async release() {
      engine.dispose()
      await soon(() => account.open.length === 0, 'nothing of the far end stays open')
      await account.release()
    }
  }
}

function asFarCall(call: Call): FarCall {
  const heard: Meter[] = []
  let digits = ''
  call.remoteStream$.subscribe((stream) => heard.push(...(stream?.getAudioTracks() ?? []).map(meter)))
  call.events$.subscribe((event) => {
    if (event.type === 'dtmf.received') digits += event.tone
  })
  const state = (): FarState => {
    const { status } = call.state
    if (status === 'established' || status === 'ended') return status
    return status === 'ringing' ? 'ringing' : 'offered'
  }
  const notScripted = () => Promise.reject(new Error('An engine does not do that'))

  return {
    get state() {
      return state()
    },
    get held() {
      return call.state.hold.remote === 'held'
    },
    get digits() {
      return digits
    },
    // no server of theirs tells it
    muted: false,
    async reaches(wanted) {
      const order: FarState[] = ['offered', 'ringing', 'established', 'ended']
      const isReached = () => order.indexOf(state()) >= order.indexOf(wanted)
      const now = await firstValueFrom(call.view$.pipe(filter(isReached)), { defaultValue: null })
      if ((now === null || state() === 'ended') && wanted !== 'ended') throw new Error(`Ended before it was ${wanted}`)
    },
    // it rings by itself
    ring: ({ earlyMedia = false } = {}) => (earlyMedia ? notScripted() : Promise.resolve()),
    answer: () => call.answer(),
    reject: (reason) => call.reject(reason),
    hangup: () => call.hangup(),
    hold: () => call.hold(),
    resume: () => call.resume(),
    sendDigits: (tones) => call.dtmf(tones),
    heard: () => Promise.resolve(heard.reduce((sum, { loud }) => sum + loud, 0)),
    offers() {
      throw new Error('An engine does not do that')
    }
  }
}
