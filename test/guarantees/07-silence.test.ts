/** Held: nothing is sent. Muted: nothing is heard. Through everything, and until resume and unmute. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Line } from '../machines/support/bench.ts'
import { anyStory, play, runs } from '../machines/support/stories.ts'
import { bodyIn } from '../contract/sip/scripted-line.ts'
import { fullDesk } from './support/full-desk.ts'
import type { FullDesk } from './support/full-desk.ts'
import { openings, peacefulSteps, perform as act } from './support/full-story.ts'
import type { FullStep } from './support/full-story.ts'
import { paperDesk } from './support/paper-desk.ts'
import { peacefulStep, perform } from './support/paper-story.ts'
import type { Peer } from './support/peer.ts'
import { watch } from './support/watching.ts'

describe('Whatever happens to a call', () => {
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
})

describe('Over SIP, whatever the far end offers and however the connection fares', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('no track of ours is on while we hold or are muted, and no description of ours says that we send', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<'was placed' | 'was received'>('was placed', 'was received'),
        fc.array(peacefulStep, { maxLength: 14 }),
        async (opening, steps) => {
          const desk = await paperDesk()
          await perform(desk, opening, [])
          const heard: string[] = []
          const look = () => {
            const { hold, microphone } = desk.call.state
            const isSilent = hold.local !== 'active' || microphone === 'muted'
            if (isSilent && desk.devices.open.some(({ enabled }) => enabled)) heard.push(`${hold.local} ${microphone}`)
          }
          desk.call.view$.subscribe(look)

          for (const each of steps) {
            const { hold } = desk.call.state
            const before = desk.line.sent.length
            await perform(desk, 'goes on', [each])
            look()
            // held all the while, and not to be resumed: every answer of ours says that we send nothing, nor listen
            if (hold.local !== 'held' || desk.call.state.hold.local !== 'held' || each === 'we resume') continue
            const sending = desk.line.sent.slice(before).filter((text) => /^a=(sendrecv|recvonly)/m.test(bodyIn(text)))
            expect(sending).toEqual([])
          }

          expect(heard).toEqual([])
          desk.engine.dispose()
        }
      ),
      { numRuns: 40 }
    )
  }, 300_000)
})

describe('With video, and devices that come and go', () => {
  test('neither sound nor picture goes out or is played while it should not, and both do again when they should', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...openings), peacefulSteps, async (opening, steps) => {
        const desk = await fullDesk()
        const faults: string[] = []
        await act(desk, opening, [])
        desk.call.view$.subscribe(() => faults.push(...audible(desk)))
        await act(desk, 'goes on', steps, () => faults.push(...audible(desk), ...kept(desk)))

        expect(faults).toEqual([])
        desk.engine.dispose()
      }),
      { numRuns: 100 }
    )
  }, 300_000)
})

test('A call that is muted or covered before there is anything to send begins so', async () => {
  const wishes = fc.array(
    fc.constantFrom<FullStep>('we mute', 'we unmute', 'we cover the camera', 'we uncover the camera'),
    { maxLength: 4 }
  )
  await fc.assert(
    fc.asyncProperty(wishes, wishes, async (before, after) => {
      const desk = await fullDesk()
      const faults: string[] = []
      await act(desk, 'is placed, if the user allows', [])
      desk.call.view$.subscribe(() => faults.push(...audible(desk)))
      const story: FullStep[] = [
        ...before,
        'the user says yes',
        ...after,
        'they ring',
        'they answer',
        'we show ourselves'
      ]
      await act(desk, 'goes on', [...story, 'the user says yes', 'a moment'], () =>
        faults.push(...audible(desk), ...kept(desk))
      )

      expect(faults).toEqual([])
      expect(desk.call.state.video.local).toBe('on')
      desk.engine.dispose()
    }),
    { numRuns: 40 }
  )
})

/** What goes out or is played although it should not. */
function audible({ call, peer }: FullDesk): string[] {
  const { hold, microphone, camera } = call.state
  const isHeld = hold.local !== 'active'
  return [
    ...((isHeld || microphone === 'muted') && isOn(sent(peer, 'audio')) ? [`heard: ${hold.local} ${microphone}`] : []),
    ...((isHeld || camera === 'muted') && isOn(sent(peer, 'video')) ? [`seen: ${hold.local} ${camera}`] : []),
    ...(isHeld && isOn(peer.leg.remoteStream?.getTracks() ?? []) ? [`played: ${hold.local}`] : [])
  ]
}

/** What is silent although nobody wants that any more, and a camera that nobody needs. */
function kept({ call, peer, room }: FullDesk): string[] {
  const { status, hold, microphone, camera, video } = call.state
  if (status !== 'established' || hold.local !== 'active') return []
  const isShown = video.local !== 'off' && video.local !== 'receiving' && video.local !== 'disabling'
  return [
    ...(microphone === 'live' && isOff(sent(peer, 'audio')) ? ['silent'] : []),
    ...(camera === 'live' && isOff(sent(peer, 'video')) ? ['black'] : []),
    ...(isOff(peer.leg.remoteStream?.getTracks() ?? []) ? ['not played'] : []),
    ...(!isShown && room.cameras.length > 0 ? [`a camera is open: ${video.local}`] : [])
  ]
}

function sent({ leg }: Peer, kind: 'audio' | 'video'): MediaStreamTrack[] {
  const tracks = leg.attached.at(-1)?.getTracks() ?? []
  return tracks.filter((track) => track.kind === kind && track.readyState === 'live')
}

const isOn = (tracks: readonly MediaStreamTrack[]) => tracks.some(({ enabled }) => enabled)
const isOff = (tracks: readonly MediaStreamTrack[]) => tracks.some(({ enabled }) => !enabled)

function lastOn(log: readonly Line[], type: 'hold' | 'mute'): boolean {
  return log.findLast(({ who, event }) => who === 'media' && event.type === type)?.event['on'] === true
}
