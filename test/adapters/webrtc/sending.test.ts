import { describe, expect, test } from 'vitest'
import { replaceTracks } from '../../../adapters/webrtc/sending.ts'

describe('What a connection sends', () => {
  test('is replaced kind by kind', () => {
    const { connection, sent } = sending(['audio', 'video'])
    const [microphone, camera] = [track('audio'), track('video')]

    replaceTracks(connection, [camera, microphone])

    expect(sent()).toEqual([microphone, camera])
  })

  test('falls silent where there is no track, or one that has ended', () => {
    const { connection, sent } = sending(['audio', 'video'])

    replaceTracks(connection, [track('audio', 'ended')])

    expect(sent()).toEqual([null, null])
  })

  test('can be given back to a sender that fell silent', () => {
    const { connection, sent } = sending(['audio'])
    const microphone = track('audio')

    replaceTracks(connection, [])
    replaceTracks(connection, [microphone])

    expect(sent()).toEqual([microphone])
  })

  test('goes to one sender only, and to none that was stopped', () => {
    const { connection, sent } = sending(['audio', 'audio', 'audio'], { stopped: 0 })
    const before = sent()[0]
    const microphone = track('audio')

    replaceTracks(connection, [microphone])

    expect(sent()).toEqual([before, microphone, null])
  })

  test.each([['rejects'], ['throws']] as const)('stays as it is where the connection %s', async (how) => {
    const { connection, sent } = sending(['audio'], { how })
    const before = sent()

    expect(() => replaceTracks(connection, [track('audio')])).not.toThrow()
    await Promise.resolve()

    expect(sent()).toEqual(before)
  })
})

function track(kind: 'audio' | 'video', readyState: 'live' | 'ended' = 'live'): MediaStreamTrack {
  return { kind, readyState } as MediaStreamTrack
}

const one = (kind: 'audio' | 'video'): MediaStreamTrack | null => track(kind)

function sending(
  kinds: readonly ('audio' | 'video')[],
  { stopped, how = 'takes' }: { stopped?: number; how?: 'takes' | 'rejects' | 'throws' } = {}
) {
  const transceivers = kinds.map((kind, index) => ({
    receiver: { track: { kind } },
    currentDirection: index === stopped ? 'stopped' : 'sendrecv',
    sender: {
      track: one(kind),
      replaceTrack(next: MediaStreamTrack | null) {
        if (how === 'throws') throw new DOMException('Closed', 'InvalidStateError')
        if (how === 'rejects') return Promise.reject(new DOMException('Closed', 'InvalidStateError'))
        this.track = next
        return Promise.resolve()
      }
    }
  }))
  return {
    connection: { getTransceivers: () => transceivers } as unknown as RTCPeerConnection,
    sent: () => transceivers.map(({ sender }) => sender.track)
  }
}
