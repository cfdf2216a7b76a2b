/** The contract's bench on a real Kamailio: its far ends are engines, for nobody else is there. */
import { loadNodeWebRtc } from '../../../src/testing/webrtc.ts'
import { startKamailio } from '../../support/kamailio.ts'
import type { Kamailio, KamailioOptions } from '../../support/kamailio.ts'
import type { Bench, BenchPlan } from '../bench.ts'
import { farEngine } from '../far-engine.ts'
import { openDevice } from './device.ts'

export interface KamailioBench extends Bench {
  readonly kamailio: Kamailio
}

export const kamailioBench = (options: KamailioOptions = {}): BenchPlan => ({
  cannot: {
    'signalled-mute': 'SIP has no word for it',
    silence: 'an engine rings by itself',
    'early-media': 'an engine sends no sound before it answers',
    'script-offers': 'an engine takes every offer',
    ...(options.gruu === false && {
      'forget-nobody': 'without GRUUs a restarted server knows nobody by their Contact'
    })
  },
  start: () => startKamailioBench(options)
})

async function startKamailioBench(options: KamailioOptions = {}): Promise<KamailioBench> {
  const kamailio = await startKamailio(options)
  const webRtc = await loadNodeWebRtc()
  let count = 0

  const bench: KamailioBench = {
    kamailio,
    webRtc,
    nobody: `sip:nobody-1@${kamailio.domain}`,
    async account({ user = `user-${++count}`, password, unreachable = false } = {}) {
      await kamailio.addUser(user)
      const known = { ...kamailio.credentials(user), url: kamailio.url }
      return openDevice({ ...known, webRtc, unreachable, ...(password === undefined ? {} : { password }) })
    },
    far: async () => farEngine(await bench.account(), webRtc),
    restart: () => kamailio.restart(),
    stop: () => kamailio.stop()
  }
  return bench
}
