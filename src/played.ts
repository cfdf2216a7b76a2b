/** Chromium has the sound of a peer only where an element plays it, be it unheard (issue 121673). */
export function played(stream: MediaStream): HTMLAudioElement | null {
  if (typeof Audio === 'undefined') return null
  const element = new Audio()
  element.muted = true
  element.srcObject = stream
  element.play().catch(() => {})
  return element
}
