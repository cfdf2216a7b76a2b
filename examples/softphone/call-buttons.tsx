import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import type { Attempt } from './attempt.ts'
import { CommandButton } from './command-button.tsx'

const withVideo = { audio: true, video: true } as const

export function CallButtons({ call, attempt }: { call: Call; attempt: Attempt }) {
  const canUnmute = useBehavior(call.can$('unmute'))
  const canResume = useBehavior(call.can$('resume'))
  const status = useBehavior(call.status$)
  const { wish } = useBehavior(call.video$)
  const mute = () => attempt(canUnmute ? call.unmute() : call.mute())
  const hold = () => attempt(canResume ? call.resume() : call.hold())

  return (
    <div className="buttons" role="group" aria-label="Call">
      <CommandButton call={call} command="answer" label="Answer" look="go" onPress={() => attempt(call.answer())} />
      {status === 'ringing' && wish !== null && (
        <CommandButton
          call={call}
          command="answer"
          label="Answer with video"
          look="go"
          onPress={() => attempt(call.answer({ media: withVideo }))}
        />
      )}
      <CommandButton call={call} command="reject" label="Reject" look="stop" onPress={() => attempt(call.reject())} />
      <CommandButton call={call} command="reject" label="Busy" onPress={() => attempt(call.reject('busy'))} />
      <CommandButton call={call} command="hangup" label="Hang up" look="stop" onPress={() => attempt(call.hangup())} />
      <CommandButton
        call={call}
        command={canUnmute ? 'unmute' : 'mute'}
        label={canUnmute ? 'Unmute' : 'Mute'}
        onPress={mute}
      />
      <CommandButton
        call={call}
        command={canResume ? 'resume' : 'hold'}
        label={canResume ? 'Resume' : 'Hold'}
        onPress={hold}
      />
    </div>
  )
}
