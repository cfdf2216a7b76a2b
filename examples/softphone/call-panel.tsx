import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'
import { CallButtons } from './call-buttons.tsx'
import { Clock } from './clock.tsx'
import { Keypad } from './keypad.tsx'
import { Loudspeaker } from './loudspeaker.tsx'
import type { Phone } from './phone.ts'
import { QualityLine } from './quality-line.tsx'
import { RecordingButtons } from './recording-buttons.tsx'
import { Regions } from './regions.tsx'
import { ReferralQuestion, Transfer } from './transfer.tsx'
import { Pictures, VideoButtons, VideoQuestion } from './video.tsx'
import { captureWords, endWords, headline, holding, mood, partyName } from './words.ts'

/** One call: what it is, what is heard and seen, and what can be done about it. */
export function CallPanel({ phone, call, attempt }: { phone: Phone; call: Call; attempt: Attempt }) {
  const { capabilities } = phone
  const view = useBehavior(call.view$)
  const other = partyName(view.remote, phone.settings.peers)
  const detail = view.end ? endWords(view.end, other) : holding(view, other)
  const silence = view.end ? null : captureWords(view.capture)
  const canTransfer = capabilities.blindTransfer || capabilities.attendedTransfer

  return (
    <div className="call" data-mood={mood(view)}>
      <div className="summary">
        <div>
          <p className="who">{other}</p>
          <p className="headline" role="status">
            {headline(view)}
            {detail && <span className="detail">{detail}</span>}
          </p>
        </div>
        <Clock times={view.times} />
      </div>
      {silence && (
        <p className="warning" aria-live="polite">
          {silence}
        </p>
      )}
      <Pictures call={call} other={other} />
      {canTransfer && <ReferralQuestion phone={phone} call={call} attempt={attempt} />}
      {capabilities.video && <VideoQuestion phone={phone} call={call} attempt={attempt} />}
      <div className="sound">
        <Loudspeaker call={call} devices={phone.devices} />
        <QualityLine call={call} />
      </div>
      <Regions view={view} />
      <div className="controls">
        <CallButtons call={call} attempt={attempt} />
        {capabilities.dtmf.length > 0 && <Keypad call={call} attempt={attempt} />}
      </div>
      {capabilities.video && <VideoButtons call={call} attempt={attempt} />}
      <RecordingButtons phone={phone} call={call} attempt={attempt} />
      {canTransfer && <Transfer phone={phone} call={call} attempt={attempt} />}
    </div>
  )
}
