import type { SipOptions } from 'callchart/adapters/sip'

/** What the demo's server tells the page about one of its two phones. */
export interface Account extends Pick<SipOptions, 'url' | 'uri'> {
  readonly user: string
  readonly name: string
  readonly password: string
  /** Whom the dial field proposes. */
  readonly peer: string
  /** In hertz: what its test tone sounds like. */
  readonly tone: number
}
