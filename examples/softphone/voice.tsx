import type { Call, Devices } from 'callchart'
import { useBehavior } from 'callchart/react'
import { useEffect, useRef } from 'react'

/** Plays what the peer of a call says, through the loudspeaker that was chosen. */
export function Voice({ call, devices }: { call: Call; devices: Devices }) {
  const stream = useBehavior(call.remoteStream$)
  const audio = useRef<HTMLAudioElement>(null)

  useEffect(() => (audio.current ? devices.playThrough(audio.current) : undefined), [devices])

  useEffect(() => {
    if (audio.current) audio.current.srcObject = stream
  }, [stream])

  return <audio ref={audio} autoPlay />
}
