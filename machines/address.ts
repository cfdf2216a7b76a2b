/** Whether two ways of writing an address mean the same party: `bob` is `sip:Bob@example.org;transport=ws` there. */
export function isSameAddress(one: string, other: string): boolean {
  const [a, b] = [canonicalAddress(one), canonicalAddress(other)]
  if (a === b) return true
  // a name without a place is one at the provider's own
  return a.includes('@') !== b.includes('@') && userOf(a) === userOf(b)
}

/** An address as both ends of a call would write it: without scheme, parameters, separators and case. */
export function canonicalAddress(address: string): string {
  const bare = address
    .trim()
    .toLowerCase()
    .replace(/^(sips?|tel):/, '')
    .replace(/[;?].*$/s, '')
  return isNumber(userOf(bare)) ? bare.replace(/^[^@]*/, (number) => number.replace(/[^\d]/g, '')) : bare
}

function userOf(address: string): string {
  return address.replace(/@.*$/s, '')
}

function isNumber(user: string): boolean {
  return /^\+?[\d().\s-]*\d$/.test(user)
}
