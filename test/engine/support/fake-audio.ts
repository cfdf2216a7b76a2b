import { onTestFinished, vi } from 'vitest'
import { FakeStream } from './fake-media.ts'
import type { FakeTrack } from './fake-media.ts'

class FakeNode {
  readonly to = new Set<FakeNode>()

  connect(node: FakeNode) {
    this.to.add(node)
  }

  disconnect() {
    this.to.clear()
  }
}

class FakeSource extends FakeNode {
  readonly track: FakeTrack | undefined

  constructor(stream: FakeStream) {
    super()
    this.track = stream.getAudioTracks()[0]
  }
}

class FakeDestination extends FakeNode {
  readonly stream = new FakeStream(['audio'], 'mix')
}

/** Web Audio as far as it mixes: which tracks can be heard in which stream, by following the wires. */
export class FakeAudio {
  readonly contexts: {
    state: string
    readonly sources: FakeSource[]
    readonly outs: FakeDestination[]
    /** What the browser does unasked. */
    turn(state: 'suspended' | 'closed'): void
  }[] = []
  /** Nothing can be connected any more. */
  isBroken = false
  /** Whether sound can flow at once, never, or not at all. */
  mode: 'opens' | 'waits' | 'fails' = 'opens'
  readonly AudioContext: new () => AudioContext

  constructor() {
    const audio = this // oxlint-disable-line typescript/no-this-alias
    this.AudioContext = class extends EventTarget {
      state = 'suspended'
      readonly sources: FakeSource[] = []
      readonly outs: FakeDestination[] = []

      constructor() {
        super()
        audio.contexts.push(this)
      }

      turn(state: string) {
        if (this.state === 'closed' || this.state === state) return
        this.state = state
        this.dispatchEvent(new Event('statechange'))
      }

      resume() {
        if (audio.mode === 'waits') return new Promise<void>(() => {})
        if (audio.mode === 'fails') return Promise.reject(new DOMException('No', 'NotAllowedError'))
        this.turn('running')
        return Promise.resolve()
      }

      close() {
        this.turn('closed')
        return Promise.resolve()
      }

      createMediaStreamSource(stream: FakeStream) {
        const node = new FakeSource(stream)
        this.sources.push(node)
        return node
      }

      createMediaStreamDestination() {
        if (audio.isBroken) throw new DOMException('No', 'InvalidStateError')
        const node = new FakeDestination()
        this.outs.push(node)
        return node
      }
    } as unknown as new () => AudioContext
    vi.stubGlobal(
      'MediaStream',
      class extends FakeStream {
        constructor(tracks: readonly FakeTrack[]) {
          super([])
          this.tracks = [...tracks]
        }
      }
    )
    onTestFinished(() => void vi.unstubAllGlobals())
  }

  get open() {
    return this.contexts.filter(({ state }) => state !== 'closed').length
  }

  /** Whose sound is in this stream. */
  heardIn(stream: FakeStream | undefined): readonly FakeTrack[] {
    const sounds = (track: FakeTrack) => track.enabled && track.readyState === 'live'
    const [track] = stream?.getAudioTracks() ?? []
    if (track === undefined || !sounds(track)) return []
    const nodes = this.contexts.filter(({ state }) => state !== 'closed')
    const out = nodes.flatMap(({ outs }) => outs).find((each) => each.stream === stream)
    if (out === undefined) return track.deviceId === 'mix' ? [] : [track]
    const sources = nodes.flatMap((node) => node.sources).filter(({ to }) => to.has(out))
    return sources.flatMap((source) => (source.track !== undefined && sounds(source.track) ? [source.track] : []))
  }
}
