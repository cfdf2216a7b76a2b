import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import { degradedWords, qualityWords } from './words.ts'

/** How the call sounds, measured once a second, and a warning once it has sounded badly for three. */
export function QualityLine({ call }: { call: Call }) {
  const quality = useBehavior(call.quality$)
  const status = useBehavior(call.status$)
  if (quality === null || status !== 'established') return <p className="quality">&nbsp;</p>
  return (
    <>
      <p className="quality" aria-label="Quality">
        {qualityWords(quality)}
      </p>
      {quality.degraded.length > 0 && (
        <p className="warning" aria-live="polite">
          {degradedWords(quality.degraded)}
        </p>
      )}
    </>
  )
}
