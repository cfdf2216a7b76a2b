let context: AudioContext | null = null

/**
 * Tells sixteen times a second how loud this stream is, between 0 and 1, until the function returned is called. Its tracks
 * may come and go meanwhile: a stream has none while its sender holds the call.
 */
export function listen(stream: MediaStream, tell: (level: number) => void): () => void {
  context ??= new AudioContext()
  // without a gesture on the page it stays suspended, and the meter still
  void context.resume()
  const analyser = new AnalyserNode(context, { fftSize: 1024 })
  const samples = new Float32Array(analyser.fftSize)
  let heard: MediaStreamTrack | undefined
  let source: MediaStreamAudioSourceNode | undefined

  const follow = (audio: AudioContext) => {
    const [track] = stream.getAudioTracks()
    if (track === heard) return
    source?.disconnect()
    heard = track
    source = track && audio.createMediaStreamSource(new MediaStream([track]))
    source?.connect(analyser)
  }
  const timer = setInterval(() => {
    if (context) follow(context)
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    // ears hear the square root, roughly
    tell(Math.min(1, Math.sqrt(Math.sqrt(power)) * 1.6))
  }, 60)
  return () => {
    clearInterval(timer)
    source?.disconnect()
    tell(0)
  }
}
