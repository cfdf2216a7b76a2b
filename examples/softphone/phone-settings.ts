import type { Account } from '../providers/account.ts'

/** Somebody to call. */
export interface Peer {
  readonly address: string
  readonly name: string
}

/** What the demo's server tells the page about one of its phones. */
export interface PhoneSettings {
  readonly account: Account
  readonly user: string
  readonly name: string
  /** What others dial. */
  readonly address: string
  /** The other phones; the dial field proposes the first. */
  readonly peers: readonly Peer[]
  /** In hertz: what its test tone sounds like. */
  readonly tone: number
}
