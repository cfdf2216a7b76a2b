import type { CaptureContext, CapturedDevice, CaptureEvent, Failure } from '../../../machines/index.ts'
import type { Samples } from './samples.ts'

const headset: CapturedDevice = { deviceId: 'headset', label: 'Headset' }
const taken: Failure = { code: 'media.busy', text: 'The microphone is in use' }
const noPermission: Failure = { code: 'media.denied', text: 'The browser refused the microphone' }
const unplugged: Failure = { code: 'media.lost', text: 'The microphone was unplugged' }

export const captureSamples: Samples<CaptureContext, CaptureEvent> = {
  use: { '': () => ({ type: 'use', device: 'headset' }) },
  'microphone.opened': {
    '': ({ attempt }) => ({ type: 'microphone.opened', attempt, device: headset }),
    stale: ({ attempt }) => ({ type: 'microphone.opened', attempt: attempt - 1, device: headset })
  },
  'microphone.failed': {
    '': ({ attempt }) => ({ type: 'microphone.failed', attempt, cause: taken }),
    denied: ({ attempt }) => ({ type: 'microphone.failed', attempt, cause: noPermission }),
    stale: ({ attempt }) => ({ type: 'microphone.failed', attempt: attempt - 1, cause: taken })
  },
  'microphone.proved': {
    '': ({ attempt }) => ({ type: 'microphone.proved', attempt }),
    stale: ({ attempt }) => ({ type: 'microphone.proved', attempt: attempt - 1 })
  },
  'microphone.ended': {
    kept: ({ kept }) => ({ type: 'microphone.ended', attempt: kept, cause: unplugged }),
    new: ({ attempt }) => ({ type: 'microphone.ended', attempt, cause: unplugged }),
    stale: ({ attempt }) => ({ type: 'microphone.ended', attempt: attempt + 1, cause: unplugged })
  },
  'call.over': { '': () => ({ type: 'call.over' }) },
  'devices.changed': {
    '': ({ wanted }) => ({ type: 'devices.changed', present: ['built-in', wanted] }),
    'wanted is gone': () => ({ type: 'devices.changed', present: ['built-in'] }),
    none: () => ({ type: 'devices.changed', present: [] })
  }
}
