/** One figure; `ratio` is to what `of` names, measured in the same run. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly ratio?: number
  readonly of?: string
  readonly target?: string
}

export function print(title: string, rows: readonly Row[]) {
  console.log(`\n${title}`)
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const { name, value, unit, ratio, of, target } of rows) {
    const figure = `${format(value)} ${unit}`.padStart(20)
    const compared = ratio === undefined ? '' : `  ${ratio.toPrecision(3)} × ${of}`
    const wanted = target === undefined ? '' : `  (target ${target})`
    console.log(`  ${name.padEnd(width)} ${figure}${compared}${wanted}`)
  }
}

function format(value: number): string {
  if (Number.isNaN(value)) return 'never'
  if (value >= 1_000) return Math.round(value).toLocaleString('en').replaceAll(',', ' ')
  return value >= 100 ? value.toFixed(0) : value.toFixed(1)
}
