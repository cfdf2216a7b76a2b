import type { MediaMeasure, QualityReason, QualitySample } from '../machines/index.ts'
import { isTalking } from './attendant.ts'
import type { Attendant, AttendedCall } from './attendant.ts'
import { CallError } from './errors.ts'
import { frozen } from './frozen.ts'
import { sampleBetween } from './quality-sample.ts'
import { defaultThresholds, judge, noVerdict, reasons } from './quality-verdict.ts'
import type { QualityThresholds, Verdict } from './quality-verdict.ts'

export interface QualityOptions {
  /** Milliseconds between two samples, at least 100. Default 1000. */
  readonly interval?: number
  readonly thresholds?: Partial<QualityThresholds>
}

/** How a call sounds: the latest sample, and what three in a row have found wrong with it. */
export interface CallQuality extends QualitySample {
  readonly degraded: readonly QualityReason[]
}

/** Measures every established call of the engines it is given to. */
export interface QualityMonitor {
  /** For engines. */
  attend(call: AttendedCall): QualityAttendant
}

export interface QualityAttendant extends Attendant {
  /** Null before the first sample; the last one after the end. */
  readonly quality: CallQuality | null
}

/**
 * `createEngine({ quality: createQualityMonitor() })` measures each established call once a second. Throws a
 * `CallError('engine.invalid-options')` for what nobody can measure by.
 */
export function createQualityMonitor({ interval = 1_000, thresholds = {} }: QualityOptions = {}): QualityMonitor {
  const given = Object.entries(thresholds).filter(([, value]) => value !== undefined)
  const isWrong = (value: unknown) => typeof value !== 'number' || !(value >= 0)
  const wrong = given.find(([, value]) => isWrong(value))
  if (isWrong(interval) || interval < 100 || interval > 2 ** 31 - 1)
    throw new CallError('engine.invalid-options', `interval is at least 100 ms, not ${String(interval)}`)
  if (wrong !== undefined)
    throw new CallError(
      'engine.invalid-options',
      `${wrong[0]} is a number that is not negative, not ${String(wrong[1])}`
    )
  const limits = { ...defaultThresholds, ...Object.fromEntries(given) }
  return { attend: (call) => new Sampler(call, interval, limits) }
}

class Sampler implements QualityAttendant {
  readonly #call: AttendedCall
  readonly #interval: number
  readonly #thresholds: QualityThresholds
  #timer: unknown = null
  #isMeasuring = false
  #isOver = false
  #last: MediaMeasure | null = null
  #verdict: Verdict = noVerdict
  quality: CallQuality | null = null

  constructor(call: AttendedCall, interval: number, thresholds: QualityThresholds) {
    this.#call = call
    this.#interval = interval
    this.#thresholds = thresholds
  }

  told({ type }: { readonly type: string }) {
    if (type === 'call.established' && this.#timer === null) this.#tick()
  }

  release() {
    this.#isOver = true
    this.#call.clock.clearTimeout(this.#timer)
    this.#last = null
  }

  readonly #tick = () => {
    if (this.#isOver) return
    this.#timer = this.#call.clock.setTimeout(this.#tick, this.#interval)
    if (this.#isMeasuring) return
    this.#isMeasuring = true
    // an adapter is not trusted to keep its promise
    Promise.resolve()
      .then(() => this.#call.leg.measure())
      .then((measure) => this.#take(measure))
      .catch(() => {})
      .finally(() => {
        this.#isMeasuring = false
      })
  }

  #take(measure: MediaMeasure | null) {
    if (this.#isOver || measure === null) return
    const before = this.#last
    this.#last = measure
    const sample = before === null ? null : sampleBetween(before, measure)
    if (sample === null) return
    const { believed } = this.#verdict
    // who is on hold hears nothing, and that is as it should be
    if (isTalking(this.#call.shows())) this.#verdict = judge(this.#verdict, sample, this.#thresholds)
    const quality = frozen({ ...sample, degraded: this.#verdict.believed })
    this.quality = quality
    this.#call.tell(null)
    for (const reason of reasons) {
      const [was, is] = [believed.includes(reason), quality.degraded.includes(reason)]
      if (is && !was) this.#call.tell({ type: 'quality.degraded', reason, sample: quality })
      if (was && !is) this.#call.tell({ type: 'quality.restored', reason, sample: quality })
    }
  }
}
