import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { AnyMachineSnapshot } from 'xstate'
import type { Line, StartedCall, Step } from './support/bench.ts'
import { anyStory, dialledStory, peacefulStory, play, runs } from './support/stories.ts'

describe('Whatever happens to a call', () => {
  test('it ends once, and after its end nothing is sent or told', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const call = play(story)
        call.run('hangup', 600_000)

        const ends = call.log.filter(({ who, event }) => who === 'tells' && event.type === 'call.ended')
        expect(ends).toHaveLength(1)
        expect(call.log.slice(call.log.findLastIndex(({ event }) => event.type === 'call.ended') + 1)).toEqual([])
      }),
      runs
    )
  })

  test('a hangup ends it within 5 seconds, with no help from anybody', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const call = play(story)
        call.run('hangup', 5_000)

        expect(call.isOver()).toBe(true)
      }),
      runs
    )
  })

  test('nothing is sent or played while it holds, and something is while it does not', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (call) =>
          watch(call, (state) => {
            const hold = state.value.progress?.established?.hold?.local
            if (hold === undefined) return
            expect(lastOn(call.log, 'hold')).toBe(hold !== 'active')
          })
        )
      }),
      runs
    )
  })

  test('only mute mutes and only unmute unmutes', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const call = play(story, (call) =>
          watch(call, (state) => {
            const asked = call.log.findLast(({ who, event }) => who === 'hears' && /^(un)?mute$/.test(event.type))
            expect(lastOn(call.log, 'mute')).toBe(asked?.event.type === 'mute')
            expect(state.value.microphone).toBe(asked?.event.type === 'mute' ? 'muted' : 'live')
          })
        )

        const commands = call.said('media', 'mute').map(({ on }) => on)
        expect(commands).toEqual(commands.map((_, index) => index % 2 === 0))
      }),
      runs
    )
  })

  test('one offer at a time is with the peer, and none while the peer’s is being answered', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const call = play(story)

        expect(overlapping(call.log)).toEqual([])
      }),
      runs
    )
  })

  test('nothing but a hangup and the question whether it exists is sent while it is cut off', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const call = play(story, (call) =>
          watch(call, (state) => {
            if (state.value.progress?.established?.signalling?.detached === undefined) return
            const since = call.log.findLastIndex(({ event }) => event.type === 'signalling.detached')
            const sent = call.log.slice(since).filter(({ who }) => who === 'leg')
            expect(sent.map(({ event }) => event.type).filter((type) => !permitted.includes(type))).toEqual([])
          })
        )

        for (const [index, { event }] of call.log.entries()) {
          if (event.type !== 'signalling.attached') continue
          const before = call.log.slice(0, index).filter(({ who }) => who === 'leg' || who === 'hears')
          expect(before.at(-1)?.event.type).toBe('leg.verified')
        }
      }),
      runs
    )
  })

  test('each digit is sent once and in order, or told as failed, or told as unsent', () => {
    fc.assert(
      fc.property(dialledStory, (story) => {
        const call = play(story)
        call.run('hangup', 5_000)

        // a command is done when both of its digits are sent; what was sent of one that failed stays sent
        const pairs = fates(call).map((fate, index, all) => (index % 2 === 0 ? `${fate}, ${all[index + 1]}` : ''))
        const odd = pairs.filter((pair) => pair !== '' && !accounts.includes(pair))
        expect(odd).toEqual([])
      }),
      runs
    )
  })
})

describe('As long as nobody ends it', () => {
  test('no answer and no silence to an offer ends a call', () => {
    fc.assert(
      fc.property(peacefulStory, (story) => {
        const call = play(story)

        expect(call.isOver()).toBe(false)
        expect(call.said('tells', 'call.ended')).toEqual([])
      }),
      runs
    )
  })

  test('a call that is cut off lives for 60 seconds, and no longer', () => {
    fc.assert(
      fc.property(peacefulStory, (story) => {
        const call = play(story)

        call.run('connection.lost', 59_999)
        expect(call.isOver()).toBe(false)

        call.run(1, 5_000)
        expect(call.said('tells', 'call.ended')).toMatchObject([{ end: { by: 'system', reason: 'network' } }])
      }),
      runs
    )
  })

  test('what we hold is what was agreed, once all is quiet', () => {
    fc.assert(
      fc.property(peacefulStory, (story) => {
        const call = play(story)
        call.run(...Array.from({ length: 12 }, () => ['leg.offer.accepted', 'leg.offer.answered', 33_000]).flat())

        const { value, context } = call.state()
        expect(value.progress.established.negotiation).toBe('stable')
        // where the provider has no hold, ours is not agreed with anybody
        const truth = context.agreed.hold ? 'held' : 'active'
        const isTrue = value.progress.established.hold.local === truth
        expect(isTrue || !context.capabilities.hold).toBe(true)
        expect(context.desired).toEqual(context.agreed)
      }),
      runs
    )
  })
})

const accounts = ['sent and done, sent and done', 'sent, failed', 'sent, unsent', 'failed, failed', 'unsent, unsent']
const permitted = ['verify', 'refuse', 'accept', 'hangup']

/** Looks at every state the call is in, not only at the last one of a step. */
function watch(call: StartedCall, look: (state: AnyMachineSnapshot) => void) {
  let failure: unknown
  call.actor.subscribe((state: AnyMachineSnapshot) => {
    if (state.status !== 'active' || failure !== undefined) return
    try {
      look(state)
    } catch (error) {
      failure = error
    }
  })
  const { run } = call
  Object.assign(call, {
    run: (...steps: readonly Step[]) => {
      run(...steps)
      if (failure !== undefined) throw failure
    }
  })
}

function lastOn(log: readonly Line[], type: 'hold' | 'mute'): boolean {
  return log.findLast(({ who, event }) => who === 'media' && event.type === type)?.event['on'] === true
}

/** The offers that were sent while another one, ours or the peer's, had no answer yet and still had time for one. */
function overlapping(log: readonly Line[]): Line[] {
  const patience = 32_000
  let ours: Line | null = null
  let theirs: Line | null = null
  return log.filter((line) => {
    const { who, event, at } = line
    if (ours !== null && at - ours.at >= patience) ours = null
    if (theirs !== null && at - theirs.at >= patience) theirs = null
    // what was under way on a connection that is gone has no answer any more
    if (event.type === 'connection.lost') ours = null
    if (who === 'hears') {
      if (/^leg\.offer\.(accepted|refused)$/.test(event.type) && event['attempt'] === ours?.event['attempt'])
        ours = null
      if (/^leg\.offer\.(answered|failed)$/.test(event.type)) theirs = null
      return false
    }
    if (who !== 'leg' || !['offer', 'accept'].includes(event.type)) return false
    const collides = ours !== null || theirs !== null
    if (event.type === 'offer') ours = line
    else theirs = line
    return collides
  })
}

/** What became of each digit that was pressed, by what was sent, confirmed and told; and of commands told twice. */
function fates({ log, pressed }: StartedCall): string[] {
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
