/**
 * How speech sounds after what a network did to it, by the E-model of ITU-T G.107 (06/2015), with the defaults of its
 * table 1 for whatever is not measured:
 *
 *     R      = 93.2 − Idd − Ie,eff
 *     Idd    = 0 up to 100 ms, then 25 · ((1 + X⁶)^⅙ − 3 · (1 + (X/3)⁶)^⅙ + 2),  X = log₂(delay / 100)   (§7.4, 3-27 and 3-28)
 *     Ie,eff = Ie + (95 − Ie) · loss / (loss + Bpl)                               (§7.5, 3-29; losses at random: BurstR = 1)
 *     MOS    = 1 + 0.035 R + R (R − 60) (100 − R) · 7·10⁻⁶, from 1 to 4.5         (annex B)
 *
 * Echo is left out (Idte = Idle = 0): browsers cancel it. All codecs are on the narrowband scale, so that calls can be
 * compared; a wideband one is not said to be better than a perfect telephone line, 4.41.
 */
export interface Impairment {
  /** Of what was sent, the part that was not played: 0 to 1. */
  readonly loss: number
  /** Milliseconds from mouth to ear. */
  readonly delay: number
  /** A media type, `audio/opus`. */
  readonly codec: string | null
}

interface Codec {
  /** What it does to speech when nothing is lost. */
  readonly ie: number
  /** How well it bears losses, in percent. */
  readonly bpl: number
}

/** As far as browsers have them. Every one of them conceals losses, which is what makes the difference for G.711. */
const codecs: Readonly<Record<string, Codec>> = {
  // G.113 (11/2007) appendix I, table I.4: G.711 with the concealment of its appendix I (4.3 without any)
  'audio/pcmu': { ie: 0, bpl: 25.1 },
  'audio/pcma': { ie: 0, bpl: 25.1 },
  // G.113 has it on the wideband scale only; on this one it is not below G.711, and it predicts from sample to sample
  'audio/g722': { ie: 0, bpl: 10 },
  // not in G.113; what the rtcscore library fitted for Opus without in-band FEC (20 with it, which no report tells)
  'audio/opus': { ie: 0, bpl: 10 }
}

/** A codec nobody knows is taken for one that bears losses badly. */
const unknown: Codec = { ie: 0, bpl: 4.3 }

/** The R-value: 0 to 93.2. */
export function transmissionRating({ loss, delay, codec }: Impairment): number {
  const { ie, bpl } = codecs[codec?.toLowerCase() ?? ''] ?? unknown
  const percent = between(0, 100, loss * 100)
  const equipment = ie + ((95 - ie) * percent) / (percent + bpl)
  return between(0, 93.2, 93.2 - delayImpairment(delay) - equipment)
}

/** The mean opinion to be expected: 1, bad, to 4.41, excellent. */
export function meanOpinionScore(impairment: Impairment): number {
  const r = transmissionRating(impairment)
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)
}

function delayImpairment(delay: number): number {
  if (!(delay > 100)) return 0
  const x = Math.log2(delay / 100)
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2)
}

function between(least: number, most: number, value: number): number {
  return Math.min(most, Math.max(least, value))
}
