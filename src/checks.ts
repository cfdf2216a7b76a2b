import type { DialOptions } from '../machines/index.ts'
import { CallError } from './errors.ts'
import { frozen } from './frozen.ts'

// a control character in a target or a header would let its author write headers, or whole messages, of their own
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What of a request goes to the provider, as a copy: what was checked is what is sent. */
export function dialOptions(request: DialOptions | undefined): DialOptions {
  const { headers, displayName } = request ?? {}
  return frozen({
    ...(headers ? { headers: { ...headers } } : {}),
    ...(displayName === undefined ? {} : { displayName })
  })
}

/** Refuses what no provider may be sent; what a valid address is, each adapter knows. */
export function checkDial(target: unknown, options: DialOptions): CallError | null {
  if (typeof target !== 'string' || target.trim() === '')
    return new CallError('call.invalid-target', 'The target is empty: give an address or a number')
  if (control.test(target)) return new CallError('call.invalid-target', 'The target has a control character in it')
  const { displayName = '' } = options
  if (typeof displayName !== 'string' || control.test(displayName))
    return new CallError('call.invalid-header', 'The display name has a control character in it')
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (!token.test(name)) return new CallError('call.invalid-header', `Not a header name: ${JSON.stringify(name)}`)
    if (typeof value !== 'string' || control.test(value))
      return new CallError('call.invalid-header', `The value of the header ${name} has a control character in it`)
  }
  return null
}

/** Says what is wrong with these digits, or null. */
export function checkDigits(digits: string, duration: number, gap: number): string | null {
  if (typeof digits !== 'string' || !/^[0-9A-D*#]+$/i.test(digits)) return 'Digits are 0-9, A-D, * and #'
  if (!(duration >= 40 && duration <= 6_000)) return 'A tone lasts between 40 and 6000 ms'
  if (!(gap >= 30 && gap <= 6_000)) return 'The gap between tones is between 30 and 6000 ms'
  return null
}
