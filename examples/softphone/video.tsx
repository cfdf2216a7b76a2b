import type { Call, VideoView } from 'callchart'
import { useBehavior } from 'callchart/react'
import { useEffect, useRef, useState } from 'react'
import type { Attempt } from './attempt.ts'
import { CommandButton } from './command-button.tsx'
import { wishDeadline } from './phone.ts'
import type { Phone } from './phone.ts'
import { partyName } from './words.ts'

const unseen: readonly VideoView['local'][] = ['off', 'receiving', 'disabling']

/** Theirs large, ours small. Nothing where there is no picture. */
export function Pictures({ call, other }: { call: Call; other: string }) {
  const { local, remote } = useBehavior(call.video$)
  const isOver = useBehavior(call.end$) !== null
  const theirs = useBehavior(call.remoteStream$)
  const ours = useBehavior(call.localStream$)
  const showsOurs = !unseen.includes(local)
  if (isOver || (remote === 'off' && !showsOurs)) return null
  return (
    <div className="pictures">
      {remote === 'on' ? (
        <Picture label={`${other}’s picture`} stream={theirs} />
      ) : (
        <p className="quiet">{other} shows no picture</p>
      )}
      {showsOurs && <Picture label="Your own picture" stream={ours} />}
    </div>
  )
}

/** Silent: what the peer says is played by the loudspeaker. */
function Picture({ label, stream }: { label: string; stream: MediaStream | null }) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (video.current) video.current.srcObject = stream
  }, [stream])
  return <video ref={video} aria-label={label} autoPlay playsInline muted />
}

export function VideoButtons({ call, attempt }: { call: Call; attempt: Attempt }) {
  const canUnmute = useBehavior(call.can$('unmuteCamera'))
  const isOver = useBehavior(call.end$) !== null
  if (isOver) return null
  const mute = () => attempt(canUnmute ? call.unmuteCamera() : call.muteCamera())
  return (
    <div className="strip" role="group" aria-label="Video">
      <CommandButton call={call} command="enableVideo" label="Camera" onPress={() => attempt(call.enableVideo())} />
      <CommandButton
        call={call}
        command="enableVideo"
        label="Share screen"
        onPress={() => attempt(call.enableVideo('screen'))}
      />
      <CommandButton
        call={call}
        command={canUnmute ? 'unmuteCamera' : 'muteCamera'}
        label={canUnmute ? 'Show me' : 'Hide me'}
        onPress={mute}
      />
      <CommandButton call={call} command="disableVideo" label="No video" onPress={() => attempt(call.disableVideo())} />
    </div>
  )
}

interface VideoQuestionProps {
  readonly phone: Phone
  readonly call: Call
  readonly attempt: Attempt
}

/** The peer would like video in a call that has none; no answer is a no. */
export function VideoQuestion({ phone, call, attempt }: VideoQuestionProps) {
  const { wish } = useBehavior(call.video$)
  const { status, remote } = useBehavior(call.view$)
  if (wish === null || status !== 'established') return null
  const who = partyName(remote, phone.settings.peers)
  return (
    <div className="question" role="group" aria-label="Their video">
      <p aria-live="polite">
        {wish === 'on' ? `${who} would like to see you.` : `${who} would like to show you something.`}
      </p>
      {wish === 'on' && (
        <CommandButton
          call={call}
          command="enableVideo"
          label="Show me too"
          look="go"
          onPress={() => attempt(call.enableVideo())}
        />
      )}
      <CommandButton
        call={call}
        command="enableVideo"
        label="Only look"
        onPress={() => attempt(call.enableVideo('receive'))}
      />
      <CommandButton call={call} command="refuseVideo" label="No" onPress={() => attempt(call.refuseVideo())} />
      <SecondsLeft phone={phone} call={call} />
    </div>
  )
}

function SecondsLeft({ phone: { wishedAt }, call }: Omit<VideoQuestionProps, 'attempt'>) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const left = (wishedAt.get(call.id) ?? now) + wishDeadline - now
  return (
    <span className="left" role="timer" aria-label="Seconds to answer">
      {Math.max(0, Math.ceil(left / 1000))} s
    </span>
  )
}
