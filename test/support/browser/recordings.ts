/** Microphones that hum, and ears for what was recorded of them. */
import type { Phone } from './phones.ts'

declare global {
  interface Window {
    /** Hertz that the next microphone of the page hums. */
    tone: number
  }
}

/** Far enough from one another, and from one another's overtones. */
export const tones = { low: 500, middle: 900, high: 1_300 } as const

/** Runs before the page does: from then on every microphone hums `window.tone`. */
export function useTones(): void {
  window.tone = 500
  navigator.mediaDevices.getUserMedia = async () => {
    const audio = new AudioContext()
    const oscillator = new OscillatorNode(audio, { frequency: window.tone })
    const volume = new GainNode(audio, { gain: 0.3 })
    const microphone = audio.createMediaStreamDestination()
    oscillator.connect(volume).connect(microphone)
    oscillator.start()
    await audio.resume()
    return microphone.stream
  }
}

/**
 * What can be heard one after the other in each channel of what this phone has recorded: `low+high`, `high`, and so on;
 * what lasts less than a third of a second is a passage between two of them.
 */
export function hearIn({ page }: Phone): Promise<readonly (readonly string[])[]> {
  return page.evaluate(async (named) => {
    const audio = new OfflineAudioContext(1, 1, 48_000)
    const sound = await audio.decodeAudioData(await new Blob(window.pieces).arrayBuffer())
    const frame = 4_800

    const powerAt = (samples: Float32Array, frequency: number) => {
      const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / sound.sampleRate)
      let [one, two] = [0, 0]
      for (const sample of samples) [one, two] = [sample + coefficient * one - two, one]
      return (one ** 2 + two ** 2 - coefficient * one * two) / samples.length ** 2
    }
    const namesIn = (samples: Float32Array) =>
      Object.entries(named)
        .filter(([, frequency]) => powerAt(samples, frequency) > 5e-4)
        .map(([name]) => name)
        .join('+')
    const passages = (samples: Float32Array) => {
      const frames = Array.from({ length: Math.floor(samples.length / frame) }, (_, index) =>
        namesIn(samples.subarray(index * frame, (index + 1) * frame))
      )
      const runs: { name: string; length: number }[] = []
      for (const name of frames) {
        const last = runs.at(-1)
        if (last?.name === name) last.length += 1
        else runs.push({ name, length: 1 })
      }
      const lasting = runs.filter(({ length }) => length > 3).map(({ name }) => name)
      return lasting.filter((name, index) => name !== lasting[index - 1])
    }
    const channels = Array.from({ length: sound.numberOfChannels }, (_, index) => sound.getChannelData(index))
    const heard = channels.map(passages)
    // one that is the same on both sides is in the middle
    const [left, ...others] = heard
    return others.every((other) => JSON.stringify(other) === JSON.stringify(left)) && left !== undefined
      ? [left]
      : heard
  }, tones)
}
