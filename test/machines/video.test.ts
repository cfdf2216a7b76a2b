import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { CallInput } from '../../machines/index.ts'
import { startCall } from './support/bench.ts'
import type { StartedCall, Step } from './support/bench.ts'
import { everything, incoming, outgoing } from './support/grounds.ts'
import { peer, moods } from './support/peer.ts'
import { seeded, withRandom } from './support/random.ts'
import { runs } from './support/stories.ts'
import { VirtualClock } from './support/virtual-clock.ts'

function established(input: Partial<CallInput> = {}): StartedCall {
  const call = startCall({ ...outgoing, ...input })
  call.run('media.ready', 'leg.answered', 'leg.path.connected')
  return call
}

const video = (call: StartedCall) => call.state().value.progress.established.video
const told = (call: StartedCall) => call.log.filter(({ who }) => who === 'tells').map(({ event }) => event.type)
const offers = (call: StartedCall) => call.said('leg', 'offer').map(({ terms }) => (terms as { video: string }).video)
/** What the camera was told last. */
const camera = ({ log }: StartedCall) =>
  log.filter(({ who, event }) => who === 'media' && event.type.endsWith('-camera')).at(-1)?.event.type

describe('A call that is to have video', () => {
  test('opens the camera first, then asks the peer', () => {
    const call = established()

    call.run('enableVideo')
    expect(offers(call)).toEqual([])

    call.run('media.camera.ready', 'leg.offer.accepted (peer video)')
    expect(offers(call)).toEqual(['on'])
    expect(video(call)).toMatchObject({ local: { on: 'steady' }, remote: 'on' })
    expect(told(call).slice(-2)).toEqual(['video.remote', 'video.enabled'])
  })

  test('goes on as it was when the camera is refused, and asks nobody', () => {
    const call = established()

    call.run('enableVideo', 'media.camera.failed')

    expect(video(call).local).toBe('off')
    expect(offers(call)).toEqual([])
    expect(call.said('tells', 'video.failed')).toMatchObject([{ cause: { code: 'media.no-device' } }])
  })

  test('closes the camera again when the peer refuses', () => {
    const call = established()

    call.run('enableVideo', 'media.camera.ready', 'leg.offer.refused')

    expect(video(call).local).toBe('off')
    expect(camera(call)).toBe('close-camera')
    expect(call.state().context.desired.video).toBe('off')
  })

  test('waits for a person there no longer than it says, and takes the question back', () => {
    const call = established()

    call.run('enableVideo', 'media.camera.ready', 'leg.offer.accepted (video later)')
    expect(video(call).local).toEqual({ enabling: 'asking' })

    call.run(45_000, 'leg.offer.accepted')
    expect(video(call).local).toBe('off')
    expect(offers(call)).toEqual(['on', 'off'])
    expect(call.said('tells', 'video.failed')).toMatchObject([{ cause: { code: 'negotiation.timeout' } }])
  })

  test('has it when that person offers it', () => {
    const call = established()
    call.run('enableVideo', 'media.camera.ready', 'leg.offer.accepted (video later)')

    call.run('leg.offer.received (video)', 'leg.offer.answered (peer video)')

    expect(call.said('leg', 'accept')).toMatchObject([{ video: 'on' }])
    expect(video(call)).toMatchObject({ local: { on: 'steady' }, remote: 'on', wish: 'none' })
  })

  test('agrees at once with a peer that wants the same', () => {
    const call = established()
    call.run('enableVideo', 'media.camera.ready', 'leg.offer.refused (glare)')

    call.run('leg.offer.received (video)', 'leg.offer.answered (peer video)', 10_000)

    expect(video(call)).toMatchObject({ local: { on: 'steady' }, remote: 'on' })
    expect(offers(call)).toEqual(['on'])
  })

  test('offers it after the answer when the caller had left no room for it', () => {
    const call = startCall(incoming)

    call.run('answer', 'media.ready (video)', 'leg.answered', 'leg.path.connected')

    expect(offers(call)).toEqual(['on'])
    expect(video(call).local).toEqual({ enabling: 'requesting' })
  })

  test('has it although something else is wanted before the peer has agreed', () => {
    const call = established()

    call.run('enableVideo', 'media.camera.ready', 'hold', 'leg.offer.accepted', 'leg.offer.accepted')

    expect(video(call).local).toEqual({ on: 'steady' })
    expect(call.said('tells', 'video.failed')).toEqual([])
  })

  test('cannot have any where the provider has none', () => {
    const call = established({ capabilities: { ...everything, video: false } })

    expect(call.state().can({ type: 'enableVideo' })).toBe(false)
  })
})

describe('A call with video', () => {
  function withVideo(): StartedCall {
    const call = established()
    call.run('enableVideo', 'media.camera.ready', 'leg.offer.accepted (peer video)')
    return call
  }

  test('closes the camera the moment it is no longer wanted, whatever the peer says', () => {
    const call = withVideo()

    call.run('disableVideo')
    expect(camera(call)).toBe('close-camera')

    call.run('leg.offer.refused')
    expect(video(call).local).toBe('off')
    expect(told(call)).toContain('video.disabled')

    call.run('hold')
    expect(offers(call).at(-1)).toBe('off')
  })

  test('closes the camera when the peer ends it', () => {
    const call = withVideo()

    call.run('leg.offer.received (no video)', 'leg.offer.answered')

    expect(video(call)).toMatchObject({ local: 'off', remote: 'off' })
    expect(camera(call)).toBe('close-camera')
  })

  test('shows the screen in place of the camera, and the camera again, without an offer', () => {
    const call = withVideo()

    call.run('enableVideo (screen)', 'media.camera.ready', 'media.camera.ended')
    expect(video(call).local).toEqual({ on: 'awaiting' })

    call.run('media.camera.ready')
    expect(video(call).local).toEqual({ on: 'steady' })
    expect(call.said('media', 'open-camera').map(({ source }) => source)).toEqual([true, 'screen', true])
    expect(offers(call)).toEqual(['on'])
  })

  test('keeps looking at the peer when its own camera is gone', () => {
    const call = withVideo()

    call.run('media.camera.ended', 'leg.offer.accepted (peer video)')

    expect(offers(call)).toEqual(['on', 'receive'])
    expect(video(call)).toMatchObject({ local: 'receiving', remote: 'on' })
  })

  test.each(['media.camera.failed', 60_000] as const)(
    'sends none when it was gone before the screen was there, and the screen never is: %s',
    (never) => {
      const call = withVideo()

      call.run('enableVideo (screen)', 'media.camera.ended', never, 'leg.offer.accepted (peer video)')

      expect(offers(call)).toEqual(['on', 'receive'])
      expect(video(call)).toMatchObject({ local: 'receiving', remote: 'on' })
    }
  )

  test('keeps what is agreed through hold and resume', () => {
    const call = withVideo()

    call.run('hold', 'leg.offer.accepted', 'resume', 'leg.offer.accepted (peer video)')

    expect(offers(call)).toEqual(['on', 'on', 'on'])
    expect(video(call)).toMatchObject({ local: { on: 'steady' }, remote: 'on' })
  })
})

describe('A wish of the peer’s for video', () => {
  const wish = 'leg.offer.received (video)'

  test('is answered at once, and shown until somebody says something', () => {
    const call = established()

    call.run(wish, 'leg.offer.answered')
    expect(call.said('leg', 'accept')).toMatchObject([{ video: 'inactive' }])
    expect(video(call)).toMatchObject({ local: 'off', wish: 'wished' })

    call.run('enableVideo', 'media.camera.ready', 'leg.offer.accepted (peer video)')
    expect(video(call)).toMatchObject({ local: { on: 'steady' }, remote: 'on', wish: 'none' })
  })

  test.each<[string, Step]>([
    ['is refused on the wire', 'refuseVideo'],
    ['is over after half a minute, and the peer is told', 30_000]
  ])('%s', (_, step) => {
    const call = established()

    call.run(wish, 'leg.offer.answered', step, 'leg.offer.accepted')

    expect(offers(call)).toEqual(['off'])
    expect(video(call)).toMatchObject({ local: 'off', wish: 'none' })
  })

  test('stays through a hold of the one who was asked', () => {
    const call = established()

    call.run(wish, 'leg.offer.answered', 'hold', 'leg.offer.accepted')

    expect(offers(call)).toEqual(['inactive'])
    expect(video(call).wish).toBe('wished')
  })

  test.each([
    ['accept', 'receive', { enabling: 'acquiring' }],
    ['receive', 'receive', 'receiving'],
    ['refuse', 'off', 'off']
  ] as const)('meets the policy to %s', (onWish, answer, state) => {
    const call = established({ videoPolicy: { onWish, withoutCamera: 'fail' } })

    call.run(wish, 'leg.offer.answered (peer video)')

    expect(call.said('leg', 'accept')).toMatchObject([{ video: answer }])
    expect(video(call)).toMatchObject({ local: state, wish: 'none' })
  })
})

describe('A wish that changes while the peer is answered', () => {
  test('counts, and not the answer', () => {
    const call = established()
    call.run('enableVideo', 'connection.lost', 'media.camera.ready', 'leg.offer.received (video)')

    call.run('disableVideo', 'leg.offer.answered', 'connection.restored', 'leg.verified', 'leg.offer.accepted')

    expect(video(call).local).toBe('off')
    expect(call.state().context.agreed.video).toBe('off')
    expect(offers(call)).toEqual(['off'])
  })
})

describe('An offer that nobody waits for', () => {
  test('is taken back at its deadline', () => {
    const call = established()

    call.run('hold', 32_000)

    expect(call.said('leg', 'abandon')).toEqual([{ type: 'abandon', attempt: 1 }])
  })

  test('of the peer’s, while another of its own is answered, is refused', () => {
    const call = established()

    call.run('leg.offer.received', 'leg.offer.received')

    expect(call.said('leg', 'refuse')).toHaveLength(1)
  })
})

const steps = [
  ...['enableVideo', 'enableVideo (receive)', 'enableVideo (screen)', 'disableVideo', 'refuseVideo', 'hold', 'resume'],
  ...['media.camera.ready', 'media.camera.failed', 'media.camera.ended'],
  ...['leg.offer.received (video)', 'leg.offer.received (no video)', 'connection.lost', 'connection.restored']
] as const

test('With a peer that answers correctly, video comes to rest, and its camera is open only while it is sent', () => {
  const wishes = fc.array(fc.constantFrom<Step>(...steps, 100, 2_500, 33_000), { maxLength: 30 })
  fc.assert(
    fc.property(wishes, moods, fc.nat(), (told, moods, seed) => {
      const call = withRandom(seeded(seed), () => {
        const clock = new VirtualClock()
        const call: StartedCall = startCall({}, { clock, leg: peer(clock, moods, seed, (event) => call.send(event)) })
        call.run('media.ready', 'leg.answered', 'leg.path.connected', ...told)
        call.run('connection.restored', 'leg.path.connected', 600_000)
        return call
      })

      // its connection was lost for too long
      fc.pre(!call.isOver())
      const { value, context } = call.state()
      const { local, wish } = value.progress.established.video
      const { agreed, desired } = context
      expect(desired).toEqual(agreed)
      expect(wish).toBe('none')
      const where = typeof local === 'string' ? local : Object.keys(local)[0]
      const places: Readonly<Record<string, string>> = { on: 'on', receive: 'receiving', off: 'off', inactive: 'off' }
      expect(where).toBe(places[agreed.video as string])
      expect(where === 'on' || [undefined, 'close-camera'].includes(camera(call))).toBe(true)
    }),
    runs
  )
})
