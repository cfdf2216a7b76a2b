import type { Call, Devices } from 'callchart'
import { useBehavior } from 'callchart/react'
import { useEffect, useRef } from 'react'
import { listen } from './level.ts'

const bars = 64

/** Plays what the peer sends, and shows how loud it is: now at the right, the last seconds to the left. */
export function Loudspeaker({ call, devices }: { call: Call; devices: Devices }) {
  const stream = useBehavior(call.remoteStream$)
  const audio = useRef<HTMLAudioElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    return audio.current ? devices.playThrough(audio.current) : undefined
  }, [devices])

  useEffect(() => {
    if (audio.current) audio.current.srcObject = stream
  }, [stream])

  useEffect(() => {
    const drawing = canvas.current
    if (!drawing) return
    const levels = Array.from<number>({ length: bars }).fill(0)
    draw(drawing, levels)
    if (!stream) return
    return listen(stream, (level) => {
      levels.push(level)
      levels.shift()
      drawing.ariaValueNow = level.toFixed(2)
      draw(drawing, levels)
    })
  }, [stream])

  return (
    <div className="loudspeaker">
      <audio ref={audio} autoPlay />
      <canvas
        ref={canvas}
        width={bars * 8}
        height={56}
        role="meter"
        aria-label="Level of what is heard"
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={0}
      />
    </div>
  )
}

function draw(canvas: HTMLCanvasElement, levels: readonly number[]) {
  const context = canvas.getContext('2d')
  if (!context) return
  const { width, height } = canvas
  context.clearRect(0, 0, width, height)
  context.fillStyle = getComputedStyle(canvas).color
  for (const [index, level] of levels.entries()) {
    const tall = Math.max(3, level * height)
    context.globalAlpha = level > 0.01 ? 0.35 + 0.65 * (index / levels.length) : 0.25
    context.fillRect(index * 8 + 2, (height - tall) / 2, 4, tall)
  }
}
