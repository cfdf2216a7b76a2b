import type { Device } from 'callchart'
import { useBehavior } from 'callchart/react'
import { useId } from 'react'
import type { Attempt } from './attempt.ts'
import { changeMicrophone } from './phone.ts'
import type { Phone } from './phone.ts'

/** Chromium lists its choice a second time, under these ids. */
const aliases = ['default', 'communications']

/** Which microphone the calls to come begin with, and the one under way changes to. */
export function MicrophoneChoice({ phone: { devices, engine }, attempt }: { phone: Phone; attempt: Attempt }) {
  const chosen = useBehavior(devices.microphone$)
  const choose = (deviceId: string | null) => attempt(changeMicrophone({ devices, engine }, deviceId))
  return <DeviceChoice phone={{ devices }} kind="audioinput" label="Microphone" chosen={chosen} choose={choose} />
}

/** Where all calls are played. */
export function LoudspeakerChoice({ phone: { devices }, attempt }: { phone: Phone; attempt: Attempt }) {
  const chosen = useBehavior(devices.speaker$)
  if (!devices.canSelectSpeaker) return null
  return (
    <DeviceChoice
      phone={{ devices }}
      kind="audiooutput"
      label="Loudspeaker"
      chosen={chosen}
      choose={(deviceId) => attempt(devices.selectSpeaker(deviceId))}
    />
  )
}

interface DeviceChoiceProps {
  readonly phone: Pick<Phone, 'devices'>
  readonly kind: Device['kind']
  readonly label: string
  readonly chosen: string | null
  readonly choose: (deviceId: string | null) => void
}

function DeviceChoice({ phone: { devices }, kind, label, chosen, choose }: DeviceChoiceProps) {
  const all = useBehavior(devices.devices$)
  const id = useId()
  // before the page may capture anything they have neither ids nor names
  const known = all.filter((each) => each.kind === kind && each.deviceId !== '' && !aliases.includes(each.deviceId))
  return (
    <div className="choice">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={chosen ?? ''} onChange={({ currentTarget }) => choose(currentTarget.value || null)}>
        <option value="">The usual one</option>
        {known.map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId}>
            {label || `Number ${index + 1}`}
          </option>
        ))}
      </select>
    </div>
  )
}
