import { createEngine } from 'callchart'
import type { Behavior, Call, Engine } from 'callchart'
import { sipTransport } from 'callchart/adapters/sip'
import { BehaviorSubject } from 'rxjs'
import type { Account } from './account.ts'
import { createMicrophone } from './microphone.ts'
import type { Microphone } from './microphone.ts'
import { createTimeline } from './timeline.ts'
import type { Timeline } from './timeline.ts'

export interface Phone {
  readonly account: Account
  readonly engine: Engine
  /** The call under way, and when it is over still that one, until the next: an engine keeps no call that has ended. */
  readonly call: Behavior<Call | null>
  readonly microphone: Microphone
  readonly timeline: Timeline
}

/** One account, its engine and what the card of it shows. */
export function createPhone(account: Account): Phone {
  const { url, uri, password, name } = account
  const microphone = createMicrophone(account.tone)
  const engine = createEngine({
    // digits by INFO: of those in the audio no browser tells who hears them
    transport: sipTransport({ url, uri, password, displayName: name, dtmf: 'info' }),
    media: { mediaDevices: microphone }
  })

  const call = new BehaviorSubject<Call | null>(null)
  engine.calls$.subscribe(([oldest]) => oldest && call.next(oldest))
  // this phone has one line
  engine.incoming$.subscribe((incoming) => {
    if (engine.calls$.value.length > 1) void incoming.reject('busy')
  })
  return { account, engine, call, microphone, timeline: createTimeline(engine) }
}
