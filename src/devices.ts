import { fromCallback } from 'xstate'
import { captureMachine } from '../machines/index.ts'
import type { CapturePolicy, MicrophoneCommand } from '../machines/index.ts'
import type { AttendedCall } from './attendant.ts'
import { derive, Source } from './behavior.ts'
import type { Behavior } from './behavior.ts'
import { Capture } from './devices-capture.ts'
import type { CaptureGrounds } from './devices-capture.ts'
import type { MicrophonePort } from './devices-microphone.ts'
import { CallError, rejected } from './errors.ts'
import { frozen } from './frozen.ts'

export interface Device {
  readonly kind: 'audioinput' | 'audiooutput' | 'videoinput'
  readonly deviceId: string
  /** The same for what is one thing to the user, as a headset is. */
  readonly groupId: string
  /** Empty until the user has allowed the page to capture something. */
  readonly label: string
}

/** Whether the page may capture; `unknown` where the browser does not say (Firefox before 131 has no such question). */
export type DevicePermission = 'granted' | 'denied' | 'prompt' | 'unknown'

export interface DevicePermissions {
  readonly microphone: DevicePermission
  readonly camera: DevicePermission
}

/** What is needed of `navigator.mediaDevices`. */
export interface DeviceSource extends EventTarget {
  enumerateDevices(): Promise<readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'groupId' | 'label'>[]>
}

export interface DevicesOptions {
  /** Default: the browser's, when it is first needed. */
  readonly mediaDevices?: DeviceSource
  readonly permissions?: Pick<Permissions, 'query'>
  /**
   * What to try, in this order, when the microphone of a call is lost: ids, `default` (the browser's choice) and `any`.
   * The one the user wanted comes first anyway. Default `['default', 'any']`; empty: nothing is tried.
   */
  readonly fallback?: CapturePolicy['fallback']
  /** Go back to what the user wanted, or to anything when there was nothing, as soon as it is plugged in. Default true. */
  readonly returns?: boolean
  /** Milliseconds: `proveDeadline` (2500) is how long a microphone may take to deliver, `fallbackDeadline` (15 000) how long
   * others are tried before the user is told that there is none. */
  readonly deadlines?: Partial<Record<CaptureDeadline, number>>
}

const deadlines = ['openDeadline', 'fallbackOpenDeadline', 'proveDeadline', 'fallbackDeadline'] as const
export type CaptureDeadline = (typeof deadlines)[number]

/** The microphones, loudspeakers and cameras there are, and what is chosen of them. */
export interface Devices {
  readonly devices$: Behavior<readonly Device[]>
  readonly permissions$: Behavior<DevicePermissions>
  /** What calls to come begin with; null: the browser's choice. */
  readonly microphone$: Behavior<string | null>
  /** Where calls are played; null: the browser's choice. */
  readonly speaker$: Behavior<string | null>
  /** Reads what there is, and from now on keeps up with it. Never rejects; engines do it when they connect. */
  refresh(): Promise<void>
  selectMicrophone(deviceId: string | null): void
  /** Moves everything that `playThrough` was told of. Rejects with `media.unsupported` where `canSelectSpeaker` is false. */
  selectSpeaker(deviceId: string | null): Promise<void>
  /** Whether elements can be played elsewhere than where the system wants (`setSinkId`; not in Safari before 26). */
  readonly canSelectSpeaker: boolean
  /** Plays this element through the chosen loudspeaker, whichever that becomes, until the function returned is called. */
  playThrough(element: HTMLMediaElement): () => void
  /** Lets go of the browser. Calls go on with what they have. */
  dispose(): void
  /** For engines. */
  attend(call: AttendedCall): Capture
}

/**
 * `createEngine({ devices: createDevices() })` lets calls change their microphone and survive its loss. Nothing of the
 * browser is touched before `refresh()` or the first connection. Throws a `CallError('engine.invalid-options')`.
 */
export function createDevices(options: DevicesOptions = {}): Devices {
  return new DevicesImplementation(options)
}

const names = ['microphone', 'camera'] as const
const nobodyKnows: DevicePermissions = frozen({ microphone: 'unknown', camera: 'unknown' })

class DevicesImplementation implements Devices {
  readonly #options: DevicesOptions
  readonly #source = new Source()
  readonly #captures = new Set<() => void>()
  readonly #elements = new Set<HTMLMediaElement>()
  readonly #grounds: CaptureGrounds
  #devices: readonly Device[] = frozen([])
  #permissions = nobodyKnows
  #microphone: string | null = null
  #speaker: string | null = null
  /** What the browser was asked once and keeps up to date. */
  readonly #statuses = new Map<string, PermissionStatus>()
  readonly #onChange = () => void this.refresh()
  #stopListening: (() => void) | null = null
  #readings = 0
  #isOver = false

  readonly devices$ = derive(() => this.#devices, this.#source)
  readonly permissions$ = derive(() => this.#permissions, this.#source)
  readonly microphone$ = derive(() => this.#microphone, this.#source)
  readonly speaker$ = derive(() => this.#speaker, this.#source)

  constructor(options: DevicesOptions) {
    this.#options = options
    this.#grounds = createGrounds(options, {
      present: () => this.#present,
      refresh: () => void this.refresh(),
      listen: (changed) => {
        this.#captures.add(changed)
        return () => void this.#captures.delete(changed)
      }
    })
  }

  get canSelectSpeaker() {
    const { HTMLMediaElement: Element } = globalThis
    return typeof Element === 'function' && typeof Element.prototype.setSinkId === 'function'
  }

  async refresh() {
    if (this.#isOver) return
    this.#listen()
    const reading = ++this.#readings
    const [devices, permissions] = await Promise.all([this.#list(), this.#ask()])
    // what was read first may come last
    if (this.#isOver || reading !== this.#readings) return
    const isNews = !same(devices, this.#devices) || !same(permissions, this.#permissions)
    if (!isNews) return
    this.#devices = devices
    this.#permissions = permissions
    this.#source.changed()
    for (const changed of [...this.#captures]) changed()
  }

  selectMicrophone(deviceId: string | null) {
    this.#microphone = deviceId
    this.#source.changed()
  }

  async selectSpeaker(deviceId: string | null): Promise<void> {
    if (!this.canSelectSpeaker)
      return rejected(new CallError('media.unsupported', 'This browser plays where the system wants (no setSinkId)'))
    const before = this.#speaker
    this.#speaker = deviceId
    const moved = await Promise.allSettled([...this.#elements].map((element) => element.setSinkId(deviceId ?? '')))
    const failed = moved.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined && this.#speaker === deviceId) {
      this.#speaker = before
      for (const element of this.#elements) sink(element, before)
      throw new CallError('media.no-device', 'There is no such loudspeaker, or it may not be used', {
        cause: failed.reason
      })
    }
    this.#source.changed()
  }

  playThrough(element: HTMLMediaElement) {
    this.#elements.add(element)
    if (this.#speaker !== null) sink(element, this.#speaker)
    return () => void this.#elements.delete(element)
  }

  dispose() {
    this.#isOver = true
    this.#stopListening?.()
    this.#elements.clear()
    this.#captures.clear()
    this.#source.done()
  }

  attend(call: AttendedCall): Capture {
    return new Capture(call, this.#grounds)
  }

  get #present(): readonly string[] {
    const ids = this.#devices.filter(({ kind }) => kind === 'audioinput').map(({ deviceId }) => deviceId)
    // without permission there are no ids
    return ids.includes('') ? [] : ids
  }

  get #mediaDevices(): DeviceSource | null {
    return this.#options.mediaDevices ?? globalThis.navigator?.mediaDevices ?? null
  }

  #listen() {
    if (this.#stopListening !== null) return
    const devices = this.#mediaDevices
    devices?.addEventListener?.('devicechange', this.#onChange)
    this.#stopListening = () => {
      devices?.removeEventListener?.('devicechange', this.#onChange)
      for (const status of this.#statuses.values()) status.removeEventListener?.('change', this.#onChange)
    }
  }

  async #list(): Promise<readonly Device[]> {
    try {
      const found = (await this.#mediaDevices?.enumerateDevices()) ?? []
      return frozen(found.map(({ kind, deviceId, groupId, label }) => ({ kind, deviceId, groupId, label })))
    } catch {
      return this.#devices
    }
  }

  async #ask(): Promise<DevicePermissions> {
    const [microphone, camera] = await Promise.all(names.map((name) => this.#permission(name)))
    return frozen({ microphone: microphone ?? 'unknown', camera: camera ?? 'unknown' })
  }

  async #permission(name: (typeof names)[number]): Promise<DevicePermission> {
    try {
      const permissions = this.#options.permissions ?? globalThis.navigator?.permissions
      const status = this.#statuses.get(name) ?? (await permissions?.query({ name }))
      if (status === undefined || this.#isOver) return 'unknown'
      if (!this.#statuses.has(name)) status.addEventListener?.('change', this.#onChange)
      this.#statuses.set(name, status)
      return status.state
    } catch {
      return 'unknown'
    }
  }
}

/** Of all engines that use these devices: the ids of their calls may be the same. */
function createGrounds(
  { fallback = ['default', 'any'], returns = true, deadlines: given = {} }: DevicesOptions,
  devices: Pick<CaptureGrounds, 'present' | 'refresh' | 'listen'>
): CaptureGrounds {
  const wrong = deadlines.find((name) => given[name] !== undefined && !(given[name] >= 0 && given[name] < 2 ** 31))
  if (wrong !== undefined || !Array.isArray(fallback) || fallback.some((choice) => typeof choice !== 'string'))
    throw new CallError('engine.invalid-options', `${wrong ?? 'fallback'} is not what it has to be`)
  const ports = new Map<string, MicrophonePort>()
  const microphone = fromCallback<MicrophoneCommand, { port: string }>(({ input, receive }) =>
    receive((command) => ports.get(input.port)?.send(command))
  )
  const delays = Object.fromEntries(
    deadlines.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]))
  )
  let count = 0
  return {
    ...devices,
    machine: captureMachine.provide({ actors: { microphone }, delays }),
    policy: frozen({ fallback: [...fallback], returns }),
    open(port) {
      const name = String(++count)
      ports.set(name, port)
      return { name, close: () => void ports.delete(name) }
    }
  }
}

/** It may be gone by the time; then it plays where it did. */
function sink(element: HTMLMediaElement, deviceId: string | null) {
  element.setSinkId?.(deviceId ?? '').catch(() => {})
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
