import type { Account } from '../providers/account.ts'

/** What the demo's server tells the page about one of its two phones. */
export interface PhoneSettings {
  readonly account: Account
  readonly user: string
  readonly name: string
  /** What others dial. */
  readonly address: string
  /** Whom the dial field proposes. */
  readonly peer: { readonly address: string; readonly name: string }
  /** In hertz: what its test tone sounds like. */
  readonly tone: number
}
