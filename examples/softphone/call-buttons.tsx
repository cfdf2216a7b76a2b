import type { Call, CallCommandName } from 'callchart'
import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'

interface ButtonProps {
  readonly call: Call
  readonly command: CallCommandName
  readonly label: string
  readonly look?: 'go' | 'stop'
  readonly onPress: () => void
}

export function CallButtons({ call, attempt }: { call: Call; attempt: Attempt }) {
  const canUnmute = useBehavior(call.can$('unmute'))
  const canResume = useBehavior(call.can$('resume'))
  const mute = () => attempt(canUnmute ? call.unmute() : call.mute())
  const hold = () => attempt(canResume ? call.resume() : call.hold())

  return (
    <div className="buttons" role="group" aria-label="Call">
      <CallButton call={call} command="answer" label="Answer" look="go" onPress={() => attempt(call.answer())} />
      <CallButton call={call} command="reject" label="Reject" look="stop" onPress={() => attempt(call.reject())} />
      <CallButton call={call} command="reject" label="Busy" onPress={() => attempt(call.reject('busy'))} />
      <CallButton call={call} command="hangup" label="Hang up" look="stop" onPress={() => attempt(call.hangup())} />
      <CallButton
        call={call}
        command={canUnmute ? 'unmute' : 'mute'}
        label={canUnmute ? 'Unmute' : 'Mute'}
        onPress={mute}
      />
      <CallButton
        call={call}
        command={canResume ? 'resume' : 'hold'}
        label={canResume ? 'Resume' : 'Hold'}
        onPress={hold}
      />
    </div>
  )
}

/** Enabled exactly when the call would take the command. */
function CallButton({ call, command, label, look, onPress }: ButtonProps) {
  const isPossible = useBehavior(call.can$(command))
  return (
    <button type="button" className={look} data-command={command} disabled={!isPossible} onClick={onPress}>
      {label}
    </button>
  )
}
