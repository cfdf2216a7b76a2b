import type { Call } from 'callchart'
import { useBehavior } from 'callchart/react'
import { useId, useState } from 'react'
import type { Attempt } from './attempt.ts'
import { CommandButton } from './command-button.tsx'
import type { Phone } from './phone.ts'
import { nameOf, partyName, transferWords } from './words.ts'

interface TransferProps {
  readonly phone: Phone
  readonly call: Call
  readonly attempt: Attempt
}

/** Gives the peer to somebody else: at once, or after asking them; how far that has come, and the way back. */
export function Transfer({ phone, call, attempt }: TransferProps) {
  const { attendedTransfer, blindTransfer } = phone.capabilities
  const { peers } = phone.settings
  const view = useBehavior(call.view$)
  const calls = useBehavior(phone.engine.calls$)
  const [target, setTarget] = useState(() => {
    const third = peers.find(({ address }) => address !== view.remote.address)
    return third?.address ?? ''
  })
  const id = useId()
  if (view.end !== null) return null

  const others = calls.filter((other) => other !== call)
  return (
    <div className="strip transfer" role="group" aria-label="Transfer">
      <label htmlFor={id}>Transfer to</label>
      <input
        id={id}
        value={target}
        onChange={({ currentTarget }) => setTarget(currentTarget.value)}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        inputMode="email"
      />
      {blindTransfer && (
        <CommandButton call={call} command="transfer" label="Transfer" onPress={() => attempt(call.transfer(target))} />
      )}
      {attendedTransfer && (
        <CommandButton call={call} command="consult" label="Ask first" onPress={() => attempt(call.consult(target))} />
      )}
      {attendedTransfer &&
        others.map((other) => <Bridge key={other.id} phone={phone} call={call} other={other} attempt={attempt} />)}
      <p className="progress" aria-live="polite">
        {view.transfer && transferWords(view.transfer, partyName(view.remote, peers))}
      </p>
    </div>
  )
}

/** Two calls of this phone become one of their peers'; or this one was only to ask, and the other goes on. */
function Bridge({ phone, call, other, attempt }: TransferProps & { readonly other: Call }) {
  const { peers } = phone.settings
  const { remote, transfer } = useBehavior(other.view$)
  const canBeGiven = useBehavior(other.can$('transfer'))
  const canTakeIts = useBehavior(call.can$('transfer'))
  const name = partyName(remote, peers)
  return (
    <div className="bridge">
      <button
        type="button"
        className="go"
        disabled={!canBeGiven || !canTakeIts}
        onClick={() => attempt(other.transfer(call))}
      >
        Connect {partyName(call.state.remote, peers)} and {name}
      </button>
      {transfer?.state === 'consulting' && (
        <CommandButton call={call} command="hangup" label={`Back to ${name}`} onPress={() => attempt(call.hangup())} />
      )}
    </div>
  )
}

/** The peer wants us to call somebody else; without a word from us nothing happens. */
export function ReferralQuestion({ phone, call, attempt }: TransferProps) {
  const referral = useBehavior(call.referral$)
  const { remote } = useBehavior(call.view$)
  if (referral === null) return null
  const { peers } = phone.settings
  const target = peers.find(({ address }) => address === referral.target)?.name ?? nameOf(referral.target)
  const who = partyName(remote, peers)
  return (
    <div className="question" role="group" aria-label="Their transfer">
      <p aria-live="polite">
        {referral.state === 'asked' ? `${who} wants to pass you on to ${target}.` : `Calling ${target} for ${who} …`}
      </p>
      {referral.state === 'asked' && (
        <>
          <CommandButton
            call={call}
            command="acceptTransfer"
            label={`Call ${target}`}
            look="go"
            onPress={() => attempt(call.acceptTransfer())}
          />
          <CommandButton
            call={call}
            command="declineTransfer"
            label="Decline"
            onPress={() => attempt(call.declineTransfer())}
          />
        </>
      )}
    </div>
  )
}
