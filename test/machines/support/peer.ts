import { fc } from '@fast-check/vitest'
import type { CallEvent, LegCommand, Terms } from '../../../machines/index.ts'
import { seeded } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What a far end may do about an offer. `late`: when we no longer wait. */
export type Mood = 'agrees' | 'holds too' | 'collides' | 'refuses' | 'grants nothing new' | 'is late' | 'is silent'

export const moods = fc.array(
  fc.constantFrom<Mood>(
    'agrees',
    'agrees',
    'agrees',
    'holds too',
    'collides',
    'refuses',
    'grants nothing new',
    'is late',
    'is silent'
  ),
  { maxLength: 12 }
)

/**
 * A far end that speaks correctly but not always agreeably: each offer meets the next mood, and once they are used up it
 * agrees to everything. Everything takes it between 10 ms and 2 s.
 */
export function peer(clock: VirtualClock, moods: readonly Mood[], seed: number, send: (event: CallEvent) => void) {
  const random = seeded(seed)
  const left = [...moods]
  let agreed: Terms = { hold: false, video: 'off', restarts: 0 }
  const after = (event: CallEvent, delay = 10 + Math.floor(random() * 2_000)) => {
    clock.setTimeout(() => send(event), delay)
  }

  const meet = ({ attempt, terms }: Extract<LegCommand, { type: 'offer' }>, mood: Mood) => {
    // nobody can make us hold by an answer: that much of what was agreed is as we offer it
    const granted = mood === 'grants nothing new' ? { ...agreed, hold: agreed.hold && terms.hold } : terms
    const accepted: CallEvent = { type: 'leg.offer.accepted', attempt, granted, peerHolds: mood === 'holds too' }
    switch (mood) {
      case 'agrees':
      case 'holds too':
      case 'grants nothing new':
        agreed = granted
        return after(accepted)
      case 'collides':
        return after({ ...failed, type: 'leg.offer.refused', attempt, glare: true })
      case 'refuses':
        return after({ ...failed, type: 'leg.offer.refused', attempt, glare: false })
      case 'is late':
        return after(accepted, 40_000)
      case 'is silent':
        return
    }
  }

  return (command: LegCommand) => {
    if (command.type === 'offer') meet(command, left.shift() ?? 'agrees')
    if (command.type === 'accept') {
      const { hold, video = 'off' } = command
      agreed = { ...agreed, hold, video }
      const peerVideo = (video === 'on' || video === 'receive') && random() < 0.5
      after({ type: 'leg.offer.answered', peerHolds: random() < 0.5, video, peerVideo })
    }
    if (command.type === 'verify') after({ type: 'leg.verified', attempt: command.attempt })
    if (command.type === 'dtmf') after({ type: 'leg.dtmf.sent', attempt: command.attempt })
  }
}

const failed = { cause: { code: 'negotiation.rejected', text: 'Not now' } } as const
