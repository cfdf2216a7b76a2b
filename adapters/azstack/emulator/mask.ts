/** What authenticates does not reach the trace: encrypted blocks, and whatever goes by the name of a secret. */

const SECRET = /^(token|password|userCredentials|publicKey|privateKey|credential)$/i
/** From the name of a secret to the end: where nothing can be read, nothing can be told apart either. */
const AFTER_SECRET = /((?:token|password|userCredentials|publicKey|privateKey|credential)\b)[^]+/i
/** An encrypted block, wherever it stands. */
const BLOCK = /[A-Za-z0-9+/_-]{170,}={0,2}/g

/** A frame is text with JSON behind its type; a body is JSON once more, as text. */
export function mask(frame: string): string {
  const start = frame.search(/[[{]/)
  const json = start < 0 ? undefined : parse(frame.slice(start))
  if (json === undefined) return maskText(frame)
  return `${maskText(frame.slice(0, start))}${JSON.stringify(json, maskMember)}`
}

function maskMember(name: string, value: unknown): unknown {
  if (SECRET.test(name)) return '***'
  if (typeof value !== 'string') return value
  const inner = /^\s*[[{"]/.test(value) ? parse(value) : undefined
  return inner === undefined ? maskText(value) : JSON.stringify(inner, maskMember)
}

function maskText(text: string): string {
  return text.replace(AFTER_SECRET, '$1 ***').replace(BLOCK, '***')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
