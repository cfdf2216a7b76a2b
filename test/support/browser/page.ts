/** What a test's page holds: the public entries as `window.callchart`, and a meter on everything that is sent and heard. */
import * as sip from '../../../adapters/sip/index.ts'
import * as callchart from '../../../src/index.ts'
import { createMediaMeter } from './media-meter.ts'
import { atInstant } from './instant.ts'

const exposed = { ...callchart, ...sip }

declare global {
  interface Window {
    callchart: typeof exposed
    media: ReturnType<typeof createMediaMeter>
    atInstant: typeof atInstant
  }
}

window.media = createMediaMeter(window)
window.atInstant = atInstant
window.callchart = exposed
