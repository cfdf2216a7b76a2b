/** What happened, for a reader of a failure: everything all phones saw, sent and received, in one order. */
import type { TracedMessage } from '../browser.ts'
import type { Phone } from './phones.ts'

export async function pictureOf(phones: readonly Phone[]): Promise<string> {
  const lines = (await Promise.all(phones.map(linesOf))).flat().sort((a, b) => a.at - b.at)
  const start = lines[0]?.at ?? 0
  const width = Math.max(...phones.map(({ name }) => name.length))
  return lines
    .map(({ at, name, text }) => `${((at - start) / 1000).toFixed(3).padStart(8)} ${name.padEnd(width)} ${text}`)
    .join('\n')
}

async function linesOf({ name, page, trace }: Phone) {
  const timeline = await page.evaluate(() => window.phone.timeline).catch(() => [])
  return [
    ...timeline.map(({ at, text }) => ({ at, name, text: `   ${text}` })),
    ...trace.map((message) => ({ at: message.at, name, text: summaryOf(message) }))
  ]
}

/** `→ INVITE sip:bob@example.test · 2 INVITE · sendonly` */
function summaryOf({ direction, text }: TracedMessage): string {
  const [first = ''] = text.split('\r\n')
  const sequence = /^CSeq:\s*(.*?)\s*$/im.exec(text)?.[1]
  const media = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(text)?.[1]
  const details = [first.replace(/ SIP\/2\.0$/, ''), sequence, media].filter((part) => part !== undefined)
  return `${direction === 'sent' ? '→' : '←'}  ${details.join(' · ')}`
}
