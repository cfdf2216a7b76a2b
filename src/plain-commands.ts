import type { CallCommand, CallEmitted, VideoSource } from '../machines/index.ts'
import { Shown } from './shown.ts'

/** The commands of a call that its chart alone answers for: nobody else is asked. */
export abstract class PlainCommands extends Shown {
  protected abstract command(command: CallCommand, id?: string): Promise<void>
  /** What is so already need not be asked for, unless its opposite is on its way. */
  protected abstract toggle(
    type: 'mute' | 'unmute' | 'muteCamera' | 'unmuteCamera',
    isSo: boolean,
    opposite: CallEmitted['type']
  ): Promise<void>

  reject(reason: 'busy' | 'declined' = 'declined') {
    return this.command({ type: 'reject', reason })
  }

  hold() {
    return this.command({ type: 'hold' })
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

  pauseRecording() {
    return this.command({ type: 'pauseRecording' })
  }

  resumeRecording() {
    return this.command({ type: 'resumeRecording' })
  }

  stopRecording() {
    return this.command({ type: 'stopRecording' })
  }

  acceptTransfer() {
    return this.command({ type: 'acceptTransfer' })
  }

  declineTransfer() {
    return this.command({ type: 'declineTransfer' })
  }
}
