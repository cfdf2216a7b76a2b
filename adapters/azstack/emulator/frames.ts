/** Frames of Engine.IO with socket.io inside, as far as a client of AZStack may send them. */
import { EVENT } from '../wire.ts'

/** A packet's argument, what only keeps the connection going, or what should not have been sent. */
export type Frame =
  | { readonly kind: 'packet'; readonly argument: unknown }
  | { readonly kind: 'upkeep' }
  | { readonly kind: 'fault'; readonly fault: string }

const upkeep: Frame = { kind: 'upkeep' }
const fault = (text: string): Frame => ({ kind: 'fault', fault: text })

export function readFrame(text: string): Frame {
  // engine close, ping, pong; socket.io connect (from clients of Engine.IO 4, with what they authenticate with) and
  // disconnect
  if (/^(1|2|2probe|3|3probe|40|40\{.*\}|41)$/s.test(text)) return upkeep
  if (!text.startsWith('42')) return fault('Not A socket.io Event')
  if (/^42\d/.test(text)) return fault('Acknowledgement Asked')
  if (text.startsWith('42/')) return fault('Another Namespace')

  const event = parse(text.slice(2))
  if (!Array.isArray(event)) return fault('Malformed socket.io Event')
  const [name, argument] = event
  if (name !== EVENT) return fault(`Not A ${EVENT}`)
  if (event.length !== 2) return fault('Not One Argument')
  return { kind: 'packet', argument }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
