import type { CallCommand, CallEmitted, Capabilities, MediaRequest, VideoSource } from '../machines/index.ts'
import type { DtmfOptions } from './call.ts'
import { queuedDigits } from './digits.ts'
import { CallError, rejected } from './errors.ts'
import { Shown } from './shown.ts'

/** What a program tells a call to do, where it is a command to the call's chart and no more. */
export abstract class CallCommands extends Shown {
  #dtmfCommands = 0

  abstract readonly id: string
  protected abstract get capabilities(): Capabilities
  /** Settles when the chart tells what came of it; `id` tells commands of one type apart. */
  protected abstract command(command: CallCommand, id?: string): Promise<void>
  /** Like `command`, when nobody else is heard any more: a second voice waits until the first one is held. */
  protected abstract inTurn(command: CallCommand): Promise<void>
  /** What is so already need not be asked for, unless its opposite is on its way. */
  protected abstract toggle(
    type: 'mute' | 'unmute' | 'muteCamera' | 'unmuteCamera',
    isSo: boolean,
    opposite: CallEmitted['type']
  ): Promise<void>

  answer(options?: { readonly media?: MediaRequest }) {
    return this.inTurn({ type: 'answer', ...(options?.media ? { media: options.media } : {}) })
  }

  reject(reason: 'busy' | 'declined' = 'declined') {
    return this.command({ type: 'reject', reason })
  }

  hold() {
    return this.command({ type: 'hold' })
  }

  resume() {
    return this.inTurn({ type: 'resume' })
  }

  mute() {
    return this.toggle('mute', this.state.microphone === 'muted', 'microphone.live')
  }

  unmute() {
    return this.toggle('unmute', this.state.microphone === 'live', 'microphone.muted')
  }

  enableVideo(video?: VideoSource | 'receive') {
    return this.command({ type: 'enableVideo', ...(video === undefined ? {} : { video }) })
  }

  disableVideo() {
    return this.command({ type: 'disableVideo' })
  }

  refuseVideo() {
    return this.command({ type: 'refuseVideo' })
  }

  muteCamera() {
    return this.toggle('muteCamera', this.state.camera === 'muted', 'camera.live')
  }

  unmuteCamera() {
    return this.toggle('unmuteCamera', this.state.camera === 'live', 'camera.muted')
  }

  dtmf(digits: string, options?: DtmfOptions) {
    const command = `${this.id}/dtmf/${++this.#dtmfCommands}`
    const queued = queuedDigits(command, digits, options ?? {}, this.capabilities)
    return queued instanceof CallError ? rejected(queued) : this.command({ type: 'dtmf', digits: queued }, command)
  }

  pauseRecording() {
    return this.command({ type: 'pauseRecording' })
  }

  resumeRecording() {
    return this.command({ type: 'resumeRecording' })
  }

  stopRecording() {
    return this.command({ type: 'stopRecording' })
  }

  prepareConsultation(target: string) {
    return this.command({ type: 'consult', target })
  }

  acceptTransfer() {
    return this.command({ type: 'acceptTransfer' })
  }

  declineTransfer() {
    return this.command({ type: 'declineTransfer' })
  }
}
