import type { StartedCall } from '../../machines/support/bench.ts'

/** What became of each digit that was pressed, by what was sent, confirmed and told; and of commands told twice. */
export function fates({ log, pressed }: StartedCall): string[] {
  const fates = pressed.map((): string[] => [])
  const sent = new Map<unknown, number>()
  const settle = (index: number, fate: string) => fates[index]?.push(fate)
  const isOpen = (index: number) => fates[index]?.length === 0
  let next = 0

  for (const { who, event } of log) {
    if (who === 'leg' && event.type === 'dtmf') {
      const index = pressed.findIndex(({ tone }, index) => index >= next && isOpen(index) && tone === event['tone'])
      if (index === -1) return [`${String(event['tone'])} sent out of order`]
      sent.set(event['attempt'], index)
      next = index + 1
    }
    if (who === 'hears' && event.type === 'leg.dtmf.sent') {
      const index = sent.get(event['attempt'])
      if (index !== undefined && isOpen(index)) settle(index, 'sent')
    }
    if (who !== 'tells') continue
    if (event.type === 'dtmf.sent') {
      for (const [index, { command }] of pressed.entries()) if (command === event['command']) settle(index, 'done')
    }
    if (event.type === 'dtmf.failed') {
      for (const [index, { command }] of pressed.entries()) {
        if (command === event['command'] && isOpen(index)) settle(index, 'failed')
      }
    }
    if (event.type === 'dtmf.unsent') {
      for (const tone of String(event['digits'])) {
        settle(
          pressed.findIndex((digit, index) => isOpen(index) && digit.tone === tone),
          'unsent'
        )
      }
    }
  }
  return fates.map((fate) => fate.join(' and '))
}
