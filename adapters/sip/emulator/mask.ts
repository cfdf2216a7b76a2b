/** What authenticates in SIP does not reach the trace. */

/** A folded field goes on in lines that begin with a blank. */
export function mask(text: string): string {
  return text.replace(/^((?:proxy-)?authorization[ \t]*:)((?:[^\r\n]|\r?\n[ \t])*)/gim, (_, name, value: string) => {
    if (!/^\s*Digest\s/i.test(value)) return `${name} ***`
    return `${name}${value.replace(/\b(response\s*=\s*)("[^"]*"?|[^\s,;]+)/gi, '$1"***"')}`
  })
}
