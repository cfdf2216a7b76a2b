import { createEngine } from 'callchart'
import type { Behavior, Call, Engine } from 'callchart'
import type { Transport } from 'callchart/machines'
import { BehaviorSubject } from 'rxjs'
import { connectionOf } from '../providers/transport.ts'
import { createMicrophone } from './microphone.ts'
import type { Microphone } from './microphone.ts'
import type { PhoneSettings } from './phone-settings.ts'
import { createTimeline } from './timeline.ts'
import type { Timeline } from './timeline.ts'

export interface Phone {
  readonly settings: PhoneSettings
  readonly engine: Engine
  /** What its provider has. */
  readonly capabilities: Transport['capabilities']
  /** The call under way, and when it is over still that one, until the next: an engine keeps no call that has ended. */
  readonly call: Behavior<Call | null>
  readonly microphone: Microphone
  readonly timeline: Timeline
}

/** One account, its engine and what the card of it shows. */
export async function createPhone(settings: PhoneSettings): Promise<Phone> {
  const microphone = createMicrophone(settings.tone)
  const connection = await connectionOf(settings.account)
  const engine = createEngine({ ...connection, media: { mediaDevices: microphone } })
  const { capabilities } = connection.transport

  const call = new BehaviorSubject<Call | null>(null)
  engine.calls$.subscribe(([oldest]) => oldest && call.next(oldest))
  // this phone has one line
  engine.incoming$.subscribe((incoming) => {
    if (engine.calls$.value.length > 1) void incoming.reject('busy')
  })
  return { settings, engine, capabilities, call, microphone, timeline: createTimeline(engine) }
}
