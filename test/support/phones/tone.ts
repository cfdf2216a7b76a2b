/** A sine as G.711 µ-law, 8000 samples a second: what a phone that plays a file sends. */
export function tone({ frequency, seconds }: { frequency: number; seconds: number }): Uint8Array {
  return Uint8Array.from({ length: 8_000 * seconds }, (_, index) =>
    toMuLaw(9_000 * Math.sin((2 * Math.PI * frequency * index) / 8_000))
  )
}

/** ITU-T G.711, table 2. */
function toMuLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132
  const exponent = Math.floor(Math.log2(magnitude)) - 7
  const mantissa = (magnitude >> (exponent + 3)) & 15
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff
}
