import type { Capabilities, QueuedDigit } from '../machines/index.ts'
import type { DtmfOptions } from './call.ts'
import { checkDigits } from './checks.ts'
import { CallError } from './errors.ts'

/** The digits of one command, as the call queues them; or why they cannot be sent. */
export function queuedDigits(
  command: string,
  digits: string,
  { duration = 100, gap = 70, method }: DtmfOptions,
  { dtmf: offered }: Capabilities
): readonly QueuedDigit[] | CallError {
  const fault = checkDigits(digits, duration, gap)
  if (fault !== null) return new CallError('call.invalid-digits', fault)
  if (offered.length === 0 || (method !== undefined && !offered.includes(method)))
    return new CallError('dtmf.unsupported', 'The provider cannot send digits, or not in this way')
  const how = method === undefined ? {} : { method }
  return [...digits.toUpperCase()].map((tone) => ({ command, tone, duration, gap, ...how }))
}
