/** What the page has on which the first call of the README is made. */
import { firstCall } from '../../../examples/first-call.ts'

declare global {
  interface Window {
    firstCall: typeof firstCall
  }
}

window.firstCall = firstCall
