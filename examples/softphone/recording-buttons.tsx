import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'
import { CommandButton } from './command-button.tsx'
import type { Phone } from './phone.ts'
import { recordingWords } from './words.ts'

/** Records in the browser; the files are listed below the call. */
export function RecordingButtons({ phone, call, attempt }: { phone: Phone; call: Call; attempt: Attempt }) {
  const { state } = useBehavior(call.recording$)
  const canResume = useBehavior(call.can$('resumeRecording'))
  const isOver = useBehavior(call.end$) !== null
  if (isOver) return null
  const pause = () => attempt(canResume ? call.resumeRecording() : call.pauseRecording())
  return (
    <div className="strip" role="group" aria-label="Recording">
      <CommandButton
        call={call}
        command="record"
        label="Record"
        onPress={() => attempt(phone.recordings.start(call))}
      />
      <CommandButton
        call={call}
        command={canResume ? 'resumeRecording' : 'pauseRecording'}
        label={canResume ? 'Continue' : 'Pause'}
        onPress={pause}
      />
      <CommandButton call={call} command="stopRecording" label="Stop" onPress={() => attempt(call.stopRecording())} />
      <p className="recorder" data-state={state} aria-live="polite">
        {recordingWords[state]}
      </p>
    </div>
  )
}

export function RecordingList({ phone: { recordings } }: { phone: Phone }) {
  const files = useBehavior(recordings.files)
  if (files.length === 0) return null
  return (
    <ul className="recordings" aria-label="Recordings">
      {files.map(({ name, url, bytes }) => (
        <li key={url}>
          <audio src={url} controls aria-label={`Recording ${name}`} />
          <a href={url} download={name}>
            {name}
          </a>{' '}
          <span className="quiet">{Math.ceil(bytes / 1000)} kB</span>
        </li>
      ))}
    </ul>
  )
}
