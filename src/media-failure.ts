import type { Failure } from '../machines/index.ts'

export const unsupported: Failure = {
  code: 'media.unsupported',
  text: 'No navigator.mediaDevices here (a page needs https), and none was given'
}

/** https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia */
export function mediaFailure(error: unknown, isMicrophone: boolean): Failure {
  const device = isMicrophone ? 'microphone' : 'camera'
  if (error === unsupported) return unsupported
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return { code: 'media.denied', text: `The ${device} was refused`, provider: { text: message } }
    case 'NotFoundError':
    case 'OverconstrainedError':
      return { code: 'media.no-device', text: `There is no such ${device}`, provider: { text: message } }
    case 'NotReadableError':
    case 'AbortError':
      return {
        code: 'media.busy',
        text: `The ${device} is in use`,
        provider: { text: message }
      }
    default:
      return { code: 'media.failed', text: `The ${device} could not be opened`, provider: { text: message } }
  }
}
