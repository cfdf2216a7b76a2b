/** Pairs of truths that take no notice of one another. */
export type Apart = readonly (readonly [RegExp, RegExp])[]

/** Tells of each set of truths whether it shows two of them together that were never seen together before. */
export function news(apart: Apart): (truths: readonly string[]) => boolean {
  const numbers = new Map<string, number>()
  const sides: (readonly (readonly [boolean, boolean])[])[] = []
  const moments = new Set<string>()
  const known = new Set<number>()

  // numbers instead of words: every moment has hundreds of pairs
  const numberOf = (truth: string) => {
    const number = numbers.get(truth)
    if (number !== undefined) return number
    numbers.set(truth, numbers.size)
    sides.push(apart.map(([one, other]) => [one.test(truth), other.test(truth)]))
    return numbers.size - 1
  }
  const areApart = (one: number, other: number) =>
    (sides[one] ?? []).some(([isLeft, isRight], rule) => {
      const [left, right] = sides[other]?.[rule] ?? [false, false]
      return (isLeft && right) || (left && isRight)
    })

  return (truths) => {
    const moment = truths.join()
    if (moments.has(moment)) return false
    moments.add(moment)
    const here = truths.map(numberOf)
    let isNews = false
    for (const [index, one] of here.entries())
      for (const other of here.slice(index)) {
        if (known.has(pairOf(one, other))) continue
        known.add(pairOf(one, other))
        isNews ||= !areApart(one, other)
      }
    return isNews
  }
}

/** One number for two, in either order. */
const pairOf = (one: number, other: number) => Math.min(one, other) * 2 ** 16 + Math.max(one, other)
