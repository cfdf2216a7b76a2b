import type { CallCommand, CallEmitted } from '../machines/index.ts'
import { CallError, errorOf } from './errors.ts'

type Fact = CallEmitted['type']

/** What a command waits for, in the facts that a call tells. */
interface Outcome {
  readonly done: Fact
  readonly failed?: readonly Fact[]
  /** Whoever waits for one of these waits in vain: the command asks for the opposite. */
  readonly prevents?: readonly Fact[]
}

const recordingFailed = ['recording.failed', 'recording.lost'] as const

export const outcomes: Readonly<Record<CallCommand['type'], Outcome>> = {
  answer: { done: 'call.established', failed: ['call.answer-failed'] },
  reject: { done: 'call.ended' },
  hangup: { done: 'call.ended' },
  hold: { done: 'hold.held', failed: ['hold.failed'], prevents: ['hold.resumed'] },
  resume: { done: 'hold.resumed', failed: ['resume.failed'], prevents: ['hold.held'] },
  mute: { done: 'microphone.muted', prevents: ['microphone.live'] },
  unmute: { done: 'microphone.live', prevents: ['microphone.muted'] },
  enableVideo: { done: 'video.enabled', failed: ['video.failed'], prevents: ['video.disabled'] },
  disableVideo: { done: 'video.disabled', prevents: ['video.enabled'] },
  refuseVideo: { done: 'video.refused' },
  muteCamera: { done: 'camera.muted', prevents: ['camera.live'] },
  unmuteCamera: { done: 'camera.live', prevents: ['camera.muted'] },
  dtmf: { done: 'dtmf.sent', failed: ['dtmf.failed'] },
  record: { done: 'recording.started', failed: recordingFailed },
  pauseRecording: { done: 'recording.paused', failed: recordingFailed },
  resumeRecording: { done: 'recording.resumed', failed: recordingFailed },
  stopRecording: {
    done: 'recording.stopped',
    failed: recordingFailed,
    prevents: ['recording.paused', 'recording.resumed']
  },
  transfer: { done: 'transfer.succeeded', failed: ['transfer.failed'] },
  consult: { done: 'consult.ready', failed: ['consult.failed'] },
  acceptTransfer: { done: 'transfer.followed' },
  declineTransfer: { done: 'transfer.declined' }
}

interface Waiting extends Outcome {
  /** Where several commands of a kind may wait at once: which one. */
  readonly command: string | null
  resolve(): void
  reject(error: CallError): void
}

/** The promises that a call still owes. Each settles once: when its fact is told, or when the call is over. */
export class Pending {
  #waiting: Waiting[] = []

  /** Nobody need look at the promise. */
  wait(outcome: Outcome, command: string | null = null): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ ...outcome, command, resolve, reject })
    })
    promise.catch(() => {})
    return promise
  }

  waitsFor(fact: Fact): boolean {
    return this.#waiting.some(({ done }) => done === fact)
  }

  /** Whoever waits for one of these facts waits no longer; says whether there was anybody. */
  supersede(facts: readonly Fact[]): boolean {
    return this.#settle((waiting) => {
      if (!facts.includes(waiting.done)) return false
      waiting.reject(new CallError('call.superseded', 'The opposite was asked before this was done'))
      return true
    })
  }

  told(fact: CallEmitted) {
    this.#settle((waiting) => {
      if (waiting.command !== null && 'command' in fact && fact.command !== waiting.command) return false
      if (fact.type === waiting.done) waiting.resolve()
      else if (waiting.failed?.includes(fact.type) === true && 'cause' in fact) waiting.reject(errorOf(fact.cause))
      else return false
      return true
    })
  }

  /** The call is over: whoever still waits learns why. */
  over(why: () => CallError) {
    this.#settle((waiting) => {
      waiting.reject(why())
      return true
    })
  }

  #settle(settles: (waiting: Waiting) => boolean): boolean {
    const before = this.#waiting
    this.#waiting = before.filter((waiting) => !settles(waiting))
    return this.#waiting.length < before.length
  }
}
