/** A user on the page: an engine that notes whatever happens, for tests to wait for and for failures to show. */
import { createConference } from '../../../src/conference/index.ts'
import type { Transport } from '../../../machines/index.ts'
import type {
  Call,
  CallCommandName,
  CallView,
  Devices,
  DevicesOptions,
  Engine,
  EngineEvent,
  MediaRequest,
  Policy,
  QualityOptions
} from '../../../src/index.ts'
import { createDevices, createEngine, createQualityMonitor } from '../../../src/index.ts'
import { azstackTransport, engineIo3, freeCalls } from '../../../adapters/azstack/index.ts'
import type { AzstackOptions } from '../../../adapters/azstack/index.ts'
import { dialect261, infobipTransport, videoCalls } from '../../../adapters/infobip/index.ts'
import type { InfobipOptions } from '../../../adapters/infobip/index.ts'
import type { SipOptions } from '../../../adapters/sip/index.ts'
import { sipTransport } from '../../../adapters/sip/index.ts'

/** Who looks after the calls of a phone, besides their charts. */
export interface PhoneAttendance {
  readonly devices?: Pick<DevicesOptions, 'fallback' | 'returns' | 'deadlines'>
  readonly quality?: QualityOptions
}

/** With an account at one of the providers. */
export type PhoneSetup = { readonly policy?: Policy } & PhoneAttendance &
  (
    | { readonly sip: SipOptions }
    | { readonly infobip: Omit<InfobipOptions, 'dialect'>; readonly resumes?: boolean }
    | { readonly azstack: Omit<AzstackOptions, 'link' | 'freeCalls'> }
  )

function transportOf(setup: PhoneSetup): Transport {
  if ('sip' in setup) return sipTransport(setup.sip)
  if ('infobip' in setup)
    return infobipTransport({
      ...setup.infobip,
      video: videoCalls,
      ...(setup.resumes === true && { dialect: dialect261 })
    })
  return azstackTransport({ ...setup.azstack, link: engineIo3(), freeCalls })
}

/** What a view has to look like, as far as a test cares. */
export type Look<T> = { readonly [K in keyof T]?: T[K] extends object | null ? Look<NonNullable<T[K]>> | null : T[K] }

export interface Note {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly text: string
}

/** What of a view is worth a line of its own when it changes. */
const watched = ['status', 'hold', 'microphone', 'video', 'camera', 'path', 'signalling', 'negotiation', 'end'] as const
export type Watched = (typeof watched)[number]

export type Command = CallCommandName | 'established'

export class PagePhone {
  readonly engine: Engine
  readonly conference = createConference()
  /** Null unless the test wanted it. */
  readonly devices: Devices | null
  /** Every call there was, oldest first; commands go to the youngest. */
  readonly calls: Call[] = []
  readonly facts: EngineEvent[] = []
  readonly timeline: Note[] = []
  readonly #views = new Map<Call, CallView[]>()
  readonly #waiting = new Set<() => void>()

  constructor(setup: PhoneSetup) {
    this.devices = setup.devices === undefined ? null : createDevices(setup.devices)
    this.engine = createEngine({
      conference: this.conference,
      transport: transportOf(setup),
      policy: setup.policy ?? {},
      ...(this.devices === null ? {} : { devices: this.devices }),
      ...(setup.quality === undefined ? {} : { quality: createQualityMonitor(setup.quality) })
    })
    this.engine.connection$.subscribe(({ status }) => this.#note(`connection: ${status}`))
    this.engine.registration$.subscribe(({ status }) => this.#note(`registration: ${status}`))
    this.engine.events$.subscribe((fact) => {
      this.facts.push(fact)
      this.#note(`${fact.call ?? 'account'}: ${JSON.stringify(fact.event)}`)
    })
    this.engine.calls$.subscribe((calls) => {
      for (const call of calls) if (!this.calls.includes(call)) this.#adopt(call)
    })
  }

  get call(): Call {
    const call = this.calls.at(-1)
    if (call === undefined) throw new Error('There was no call yet')
    return call
  }

  async dial(target: string, media?: MediaRequest): Promise<void> {
    await this.engine.dial(target, media === undefined ? {} : { media })
  }

  run(command: Command, args: readonly unknown[]): Promise<void> {
    const { call } = this
    const act = call[command] as (...given: unknown[]) => Promise<void>
    return act.apply(call, [...args])
  }

  /** Resolves with the view of the youngest call as soon as it looks like this. */
  shows(look: Look<CallView>, within: number): Promise<CallView> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const view = this.calls.at(-1)?.state
        if (view === undefined || !matches(view, look)) return
        done()
        resolve(view)
      }
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(check)
      }
      const timer = setTimeout(() => {
        done()
        const seen = this.calls.at(-1)?.state ?? 'no call'
        reject(new Error(`Not ${JSON.stringify(look)} within ${within} ms, but ${JSON.stringify(seen)}`))
      }, within)
      this.#waiting.add(check)
      check()
    })
  }

  /** The values this part of the youngest call's view has had, each once in a row. */
  history<Part extends Watched>(part: Part): readonly CallView[Part][] {
    const values = (this.#views.get(this.call) ?? []).map((view) => view[part])
    return values.filter((value, index) => index === 0 || !same(value, values[index - 1]))
  }

  #adopt(call: Call) {
    this.calls.push(call)
    this.#views.set(call, [])
    call.view$.subscribe((view) => {
      const views = this.#views.get(call) ?? []
      const before = views.at(-1)
      views.push(view)
      const changes = watched.filter((part) => !same(before?.[part], view[part]))
      const text = changes.map((part) => `${part} ${JSON.stringify(view[part])}`).join(', ')
      if (text !== '') this.#note(`${call.id}  ${text}`)
      for (const check of [...this.#waiting]) check()
    })
  }

  #note(text: string) {
    if (text !== this.timeline.at(-1)?.text) this.timeline.push({ at: Date.now(), text })
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function matches(value: unknown, look: unknown): boolean {
  if (typeof look !== 'object' || look === null) return Object.is(value, look)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(look).every(([name, part]) => matches((value as Record<string, unknown>)[name], part))
}
