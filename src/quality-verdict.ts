import type { QualityReason, QualitySample } from '../machines/index.ts'

/** From which values on a sample is bad. */
export interface QualityThresholds {
  /** Either way, 0 to 1. Default 0.05. */
  readonly loss: number
  /** Either way, in milliseconds. Default 50. */
  readonly jitter: number
  /** Milliseconds there and back. Default 400: ITU-T G.114 wants 150 one way, and more than 400 never. */
  readonly rtt: number
  /** Below it. Default 3.1: ITU-T G.109 calls that "nearly all users dissatisfied". */
  readonly mos: number
}

export const defaultThresholds: QualityThresholds = { loss: 0.05, jitter: 50, rtt: 400, mos: 3.1 }

/** So many samples in a row say the same before it is believed. */
const patience = 3

export const reasons: readonly QualityReason[] = ['loss', 'jitter', 'rtt', 'mos', 'no-audio']

/** For each reason how many samples in a row have contradicted what is believed. */
export interface Verdict {
  readonly believed: readonly QualityReason[]
  readonly doubts: Readonly<Record<QualityReason, number>>
}

export const noVerdict: Verdict = {
  believed: [],
  doubts: { loss: 0, jitter: 0, rtt: 0, mos: 0, 'no-audio': 0 }
}

/** What to believe after one more sample. One that says nothing of a reason leaves it as it is. */
export function judge({ believed, doubts }: Verdict, sample: QualitySample, thresholds: QualityThresholds): Verdict {
  const says = verdictsOf(sample, thresholds)
  const counted = reasons.map((reason) => {
    const isBelieved = believed.includes(reason)
    const isBad = says[reason]
    if (isBad === null) return [reason, doubts[reason], isBelieved] as const
    const doubt = isBad === isBelieved ? 0 : doubts[reason] + 1
    return doubt < patience ? ([reason, doubt, isBelieved] as const) : ([reason, 0, !isBelieved] as const)
  })
  const next = counted.filter(([, , isBelieved]) => isBelieved).map(([reason]) => reason)
  return {
    believed: next.length === believed.length && next.every((reason) => believed.includes(reason)) ? believed : next,
    doubts: Object.fromEntries(counted.map(([reason, doubt]) => [reason, doubt])) as Verdict['doubts']
  }
}

/** Whether a sample is bad in each respect; null where it says nothing of it. */
function verdictsOf(
  { received, sent, roundTrip, mos }: QualitySample,
  thresholds: QualityThresholds
): Readonly<Record<QualityReason, boolean | null>> {
  return {
    loss: above(thresholds.loss, received?.loss, sent?.loss),
    jitter: above(thresholds.jitter, received?.jitter, sent?.jitter),
    rtt: above(thresholds.rtt, roundTrip),
    mos: mos === null ? null : mos < thresholds.mos,
    'no-audio': received?.packets === 0 || sent?.packets === 0 || received === null
  }
}

function above(threshold: number, ...values: readonly (number | null | undefined)[]): boolean | null {
  const known = values.filter((value) => typeof value === 'number')
  return known.length === 0 ? null : Math.max(...known) >= threshold
}
