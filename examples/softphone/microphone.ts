import type { MediaDevicesLike } from 'callchart'
import { BehaviorSubject } from 'rxjs'

export type Choice = 'device' | 'tone' | 'refused'

/** Where a phone's sound comes from. An engine takes anything with a `getUserMedia`. */
export interface Microphone extends MediaDevicesLike {
  readonly choice: BehaviorSubject<Choice>
}

export function createMicrophone(frequency: number): Microphone {
  let tone: MediaStream | null = null
  const choice = new BehaviorSubject<Choice>('device')
  return {
    choice,
    async getUserMedia(constraints) {
      if (choice.value === 'refused') throw new DOMException('Chosen in the demo', 'NotAllowedError')
      if (choice.value === 'device') return navigator.mediaDevices.getUserMedia(constraints)
      tone ??= createTone(frequency)
      // a call stops what it was given; the next one gets a copy of its own
      return tone.clone()
    }
  }
}

/** A tone that swells and fades twice a second, so that it is seen to move. */
function createTone(frequency: number): MediaStream {
  const context = new AudioContext()
  const output = context.createMediaStreamDestination()
  const volume = new GainNode(context, { gain: 0.12 })
  const swell = new OscillatorNode(context, { frequency: 2 })
  const tone = new OscillatorNode(context, { frequency })
  swell.connect(new GainNode(context, { gain: 0.1 })).connect(volume.gain)
  tone.connect(volume).connect(output)
  swell.start()
  tone.start()
  return output.stream
}
