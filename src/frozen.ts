/** Freezes plain data all the way down. */
export function frozen<T>(data: T): T {
  if (typeof data !== 'object' || data === null || Object.isFrozen(data)) return data
  for (const part of Object.values(data)) frozen(part)
  return Object.freeze(data)
}

/** The view before, unless something in it has changed: whoever compares references sees a change only where there is one. */
export function keep<V extends object>(before: V | null, next: V): V {
  if (before === null) return next
  const names = Object.keys(next) as (keyof V)[]
  return names.every((name) => Object.is(before[name], next[name])) ? before : next
}
