import type { CallView } from 'callchart'
import { useEffect, useState } from 'react'

/** How long the call has stood. */
export function Clock({ times: { established, ended } }: { times: CallView['times'] }) {
  const [now, setNow] = useState(() => Date.now())
  const isRunning = established !== null && ended === null
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [isRunning])

  if (established === null) return null
  const seconds = Math.max(0, Math.floor(((ended ?? now) - established) / 1000))
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0'))
  return (
    <time className="clock" dateTime={`PT${seconds}S`}>
      {minutes}:{rest}
    </time>
  )
}
