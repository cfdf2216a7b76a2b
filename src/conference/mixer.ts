import { played } from '../played.ts'

/** One call among those that hear one another. */
export interface Patch {
  readonly id: string
  readonly microphone: MediaStreamTrack | null
  readonly remote: MediaStreamTrack | null
  /** Whether the others hear this peer. */
  readonly isHeard: boolean
}

/** What makes one sound of several: `audioMixer()`, or the application's own. */
export interface Mixer {
  /** Whether there is what it needs. */
  readonly isPossible: boolean
  open(): Mixing
}

export interface Mixing {
  /** Resolves when sound can flow: a page that nobody has clicked may have to wait for that. */
  readonly opened: Promise<void>
  /** Resolves with why when no sound flows any more, and none will. */
  readonly failed?: Promise<unknown>
  /** From now on it is these calls, and no others: to each goes its own microphone and the peers of all others. */
  patch(calls: readonly Patch[]): void
  /** What is sent to this peer; one stream as long as the call is patched. */
  streamFor(id: string): MediaStream | null
  /** Closes everything; idempotent. */
  close(): void
}

export interface AudioMixerOptions {
  /** Default: the browser’s, when it is first needed. */
  readonly AudioContext?: new () => AudioContext
}

/** Mixes with the browser’s Web Audio; `isPossible` is false where there is none. */
export function audioMixer(options: AudioMixerOptions = {}): Mixer {
  const contextType = () => options.AudioContext ?? globalThis.AudioContext
  return {
    get isPossible() {
      return typeof contextType() === 'function'
    },
    open: () => new AudioMixing(new (contextType())())
  }
}

interface Source {
  readonly track: MediaStreamTrack
  readonly node: MediaStreamAudioSourceNode
  close(): void
}

interface Strip {
  readonly out: MediaStreamAudioDestinationNode
  microphone: Source | null
  remote: Source | null
  isHeard: boolean
}

class AudioMixing implements Mixing {
  readonly opened: Promise<void>
  readonly failed: Promise<unknown>
  readonly #context: AudioContext
  readonly #strips = new Map<string, Strip>()

  constructor(context: AudioContext) {
    this.#context = context
    this.opened = context.resume()
    this.failed = new Promise((resolve) => {
      context.addEventListener('statechange', () => {
        if (context.state === 'closed') resolve(new Error('The browser closed what mixes the sound'))
        // a telephone call, or another page: where sound may flow again it does
        else if (context.state !== 'running') context.resume().catch(resolve)
      })
    })
  }

  patch(calls: readonly Patch[]) {
    for (const [id, strip] of this.#strips) if (calls.every((call) => call.id !== id)) this.#remove(id, strip)
    for (const { id, microphone, remote, isHeard } of calls) {
      const strip = this.#strips.get(id) ?? this.#add(id)
      strip.microphone = this.#source(strip.microphone, microphone, false)
      strip.remote = this.#source(strip.remote, remote, true)
      strip.isHeard = isHeard
    }
    // all anew: there are few, and whoever is connected twice is heard once all the same
    for (const [id, { out, microphone, remote, isHeard }] of this.#strips) {
      microphone?.node.connect(out)
      remote?.node.disconnect()
      if (remote === null || !isHeard) continue
      for (const [other, strip] of this.#strips) if (other !== id) remote.node.connect(strip.out)
    }
  }

  streamFor(id: string): MediaStream | null {
    return this.#strips.get(id)?.out.stream ?? null
  }

  close() {
    for (const [id, strip] of this.#strips) this.#remove(id, strip)
    if (this.#context.state !== 'closed') this.#context.close().catch(() => {})
  }

  #add(id: string): Strip {
    const strip = { out: this.#context.createMediaStreamDestination(), microphone: null, remote: null, isHeard: false }
    this.#strips.set(id, strip)
    return strip
  }

  #remove(id: string, { out, microphone, remote }: Strip) {
    this.#strips.delete(id)
    microphone?.close()
    remote?.close()
    out.disconnect()
    // a camera that was added to it is not ours
    for (const track of out.stream.getAudioTracks()) track.stop()
  }

  #source(before: Source | null, track: MediaStreamTrack | null, isRemote: boolean): Source | null {
    if (before?.track === track) return before
    before?.close()
    if (track === null) return null
    const stream = new MediaStream([track])
    const node = this.#context.createMediaStreamSource(stream)
    const pump = isRemote ? played(stream) : null
    return {
      track,
      node,
      close() {
        node.disconnect()
        if (pump !== null) pump.srcObject = null
      }
    }
  }
}
