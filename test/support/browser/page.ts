/** What a test's page holds: the public entries as `window.callchart`, and meters on everything that is sent and heard. */
import { InfobipRTC } from '../../../adapters/infobip/index.ts'
import * as sip from '../../../adapters/sip/index.ts'
import * as callchart from '../../../src/index.ts'
import * as recording from '../../../src/recording/index.ts'
import { createCaptures } from './captures.ts'
import { atInstant } from './instant.ts'
import { createMediaMeter } from './media-meter.ts'
import { PagePhone } from './page-phone.ts'
import type { PhoneSetup } from './page-phone.ts'
import { listenForTones } from './tones.ts'
import type { ToneListener } from './tones.ts'

const exposed = { ...callchart, ...sip, ...recording, InfobipRTC }

declare global {
  interface Window {
    callchart: typeof exposed
    media: ReturnType<typeof createMediaMeter>
    captures: ReturnType<typeof createCaptures>
    atInstant: typeof atInstant
    /** The keys heard since the phone listens. */
    tones: ToneListener
    listenForTones: typeof listenForTones
    /** The user of this page, once a test has made one. */
    phone: PagePhone
    createPhone: (setup: PhoneSetup) => void
  }
}

window.media = createMediaMeter(window)
window.captures = createCaptures(window)
window.atInstant = atInstant
window.listenForTones = listenForTones
window.createPhone = (setup) => {
  window.media.forget()
  window.phone = new PagePhone(setup)
}
window.callchart = exposed
