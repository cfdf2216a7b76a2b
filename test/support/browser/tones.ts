/**
 * Hears keys the way a telephone exchange does: by their two tones (ITU-T Q.23). No browser says which telephone events
 * (RFC 4733) it was sent, but Chromium plays them.
 */
const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477, 1633]
const keys = ['123A', '456B', '789C', '*0#D']
/** Samples; at 48 kHz 21 ms, in which two neighbouring tones can be told apart. */
const window = 1_024
/** Seconds of silence that end a key: a busy machine may play a tone with shorter breaks in it. */
const pause = 0.1

export interface ToneListener {
  /** The keys heard so far. */
  readonly keys: string
}

/** Listens to a stream that is being played from now on. */
export async function listenForTones(stream: MediaStream): Promise<ToneListener> {
  const audio = new AudioContext()
  await audio.resume()
  const analyser = new AnalyserNode(audio, { fftSize: window })
  audio.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(window)
  let heard = ''
  let last: string | null = null
  let lastHeard = 0

  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const key = keyIn(samples, audio.sampleRate)
    const isOver = audio.currentTime - lastHeard > pause
    if (key !== null && (key !== last || isOver)) heard += key
    if (key !== null) [last, lastHeard] = [key, audio.currentTime]
    if (stream.getTracks().some(({ readyState }) => readyState === 'live')) return
    clearInterval(timer)
    void audio.close()
  }, 8)

  return {
    get keys() {
      return heard
    }
  }
}

function keyIn(samples: Float32Array, rate: number): string | null {
  const row = loudest(samples, rate, rows)
  const column = loudest(samples, rate, columns)
  return row === null || column === null ? null : (keys[row]?.[column] ?? null)
}

/** Which of these frequencies there is, when one stands out. */
function loudest(samples: Float32Array, rate: number, frequencies: readonly number[]): number | null {
  const powers = frequencies.map((frequency) => powerAt(samples, rate, frequency))
  const [first = 0, second = 0] = [...powers].sort((a, b) => b - a)
  return first > 1e-4 && first > 4 * second ? powers.indexOf(first) : null
}

/** Goertzel's filter. */
function powerAt(samples: Float32Array, rate: number, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate)
  let [one, two] = [0, 0]
  for (const sample of samples) [one, two] = [sample + coefficient * one - two, one]
  return (one ** 2 + two ** 2 - coefficient * one * two) / samples.length ** 2
}
