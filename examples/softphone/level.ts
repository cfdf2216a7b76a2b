let context: AudioContext | null = null

/** Tells sixteen times a second how loud this stream is, between 0 and 1, until the function returned is called. */
export function listen(stream: MediaStream, tell: (level: number) => void): () => void {
  context ??= new AudioContext()
  // without a gesture on the page it stays suspended, and the meter still
  void context.resume()
  const source = context.createMediaStreamSource(stream)
  const analyser = new AnalyserNode(context, { fftSize: 1024 })
  const samples = new Float32Array(analyser.fftSize)
  source.connect(analyser)

  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    // ears hear the square root, roughly
    tell(Math.min(1, Math.sqrt(Math.sqrt(power)) * 1.6))
  }, 60)
  return () => {
    clearInterval(timer)
    source.disconnect()
    tell(0)
  }
}
