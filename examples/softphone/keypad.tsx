import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import { useEffect, useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { Attempt } from './attempt.ts'

const keys = [...'123456789*0#']

/** Digits for the far end; those typed while the focus is in here count too. */
export function Keypad({ call, attempt }: { call: Call; attempt: Attempt }) {
  const isPossible = useBehavior(call.can$('dtmf'))
  const { digits: unsent } = useBehavior(call.view$)
  const received = useReceivedDigits(call)
  const [pressed, setPressed] = useState('')

  const press = (digit: string) => {
    setPressed((before) => before + digit)
    attempt(call.dtmf(digit))
  }
  const type = ({ key }: KeyboardEvent) => {
    if (isPossible && keys.includes(key)) press(key)
  }

  return (
    <div className="keypad" role="group" aria-label="Keypad" onKeyDown={type}>
      <p className="digits">
        {received && <span className="received">heard {received}</span>}
        <span>
          {pressed.slice(0, pressed.length - unsent.length)}
          <span className="unsent">{unsent}</span>
        </span>
      </p>
      {keys.map((key) => (
        <button key={key} type="button" data-command="dtmf" disabled={!isPossible} onClick={() => press(key)}>
          {key}
        </button>
      ))}
    </div>
  )
}

/** The digits the far end has sent. */
function useReceivedDigits(call: Call): string {
  const [received, setReceived] = useState('')
  useEffect(() => {
    const subscription = call.events$.subscribe((event) => {
      if (event.type === 'dtmf.received') setReceived((before) => before + event.tone)
    })
    return () => subscription.unsubscribe()
  }, [call])
  return received
}
