import type { Call, CallCommandName } from 'callchart'
import { useBehavior } from 'callchart/react'

export interface CommandButtonProps {
  readonly call: Call
  readonly command: CallCommandName
  readonly label: string
  /** What is read out, where the label alone would not say which call is meant. */
  readonly fullLabel?: string
  readonly look?: 'go' | 'stop'
  readonly onPress: () => void
}

/** Enabled exactly when the call would take the command. */
export function CommandButton({ call, command, label, fullLabel, look, onPress }: CommandButtonProps) {
  const isPossible = useBehavior(call.can$(command))
  return (
    <button
      type="button"
      className={look}
      data-command={command}
      disabled={!isPossible}
      aria-label={fullLabel}
      onClick={onPress}
    >
      {label}
    </button>
  )
}
