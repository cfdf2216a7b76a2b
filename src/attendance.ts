import type { CallEmitted } from '../machines/index.ts'
import type { Attendant, AttendedCall } from './attendant.ts'
import type { Call } from './call.ts'
import type { Capture } from './devices-capture.ts'
import type { Devices } from './devices.ts'
import { CallError, rejected } from './errors.ts'
import type { MediaOptions } from './media-capture.ts'
import type { CaptureView } from './view.ts'
import type { CallQuality, QualityAttendant, QualityMonitor } from './quality.ts'

/** Who a program can bring along to look after its calls; several engines may share them. */
export interface Attendance {
  /** Lets calls change their microphone, and survive its loss: `createDevices()`. */
  readonly devices?: Devices | undefined
  /** Measures how calls sound: `createQualityMonitor()`. */
  readonly quality?: QualityMonitor | undefined
  /** Lets several calls hear one another: `createConference()` of `callchart/conference`. */
  readonly conference?: { attend(attended: AttendedCall, call: Call): Attendant } | undefined
}

export interface AttendanceGrounds extends Attendance, Pick<AttendedCall, 'clock' | 'root'> {
  /** Calls that are joined are heard together. */
  readonly join: (call: string, on: boolean) => void
}

/** What the user has chosen comes first; what a call asks for comes before that. */
export function mediaFor({ devices }: Attendance, media: MediaOptions): MediaOptions {
  const chosen = devices?.microphone$.value ?? null
  return chosen === null ? media : { ...media, audio: { ...media.audio, deviceId: { ideal: chosen } } }
}

/** Those who look after one call; without them it is a call all the same. */
export class Attendants implements Attendant {
  readonly #capture: Capture | null
  readonly #quality: QualityAttendant | null
  readonly #seat: Attendant | null

  constructor(
    { devices, quality, conference, join, ...grounds }: AttendanceGrounds,
    shown: Call,
    { leg, media, insteadOf }: Pick<AttendedCall, 'leg' | 'media' | 'insteadOf'>,
    tell: AttendedCall['tell']
  ) {
    const { id } = shown
    const call: AttendedCall = {
      id,
      shows: () => shown.state,
      leg,
      media,
      insteadOf,
      ...grounds,
      join: (on) => join(id, on),
      tell
    }
    this.#capture = devices?.attend(call) ?? null
    this.#quality = quality?.attend(call) ?? null
    this.#seat = conference?.attend(call, shown) ?? null
  }

  get capture(): CaptureView | null {
    return this.#capture?.view ?? null
  }

  get quality(): CallQuality | null {
    return this.#quality?.quality ?? null
  }

  get canReplaceMicrophone(): boolean {
    return this.#capture?.can ?? false
  }

  useMicrophone(deviceId: string): Promise<void> {
    if (this.#capture === null)
      return rejected(new CallError('media.unsupported', 'The engine was given no devices: createEngine({ devices })'))
    if (typeof deviceId !== 'string' || deviceId === '')
      return rejected(new CallError('media.no-device', 'A microphone is named by its deviceId, or "default"'))
    return this.#capture.use(deviceId)
  }

  told(fact: CallEmitted) {
    this.#capture?.told(fact)
    this.#quality?.told(fact)
    this.#seat?.told(fact)
  }

  release() {
    this.#capture?.release()
    this.#quality?.release()
    this.#seat?.release()
  }
}
