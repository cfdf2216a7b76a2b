import type { Observable } from 'rxjs'
import type { ActorRefFrom } from 'xstate'
import type {
  CallCommand,
  CallEmitted,
  CallEnd,
  callMachine,
  MediaRequest,
  Attention,
  RelationEvent,
  SignallingEvent
} from '../machines/index.ts'
import { Attendants } from './attendance.ts'
import type { AttendanceGrounds } from './attendance.ts'
import { createFacts, Source } from './behavior.ts'
import type { Facts } from './behavior.ts'
import { CallCommands } from './call-commands.ts'
import { CallViews } from './call-views.ts'
import type { Call, CallCommandName } from './call.ts'
import type { DialRequest } from './dial-request.ts'
import { CallError, endErrorOf, errorOf, rejected } from './errors.ts'
import { frozen } from './frozen.ts'
import { outcomes, Pending } from './pending.ts'
import type { Recorder } from './recorder.ts'
import type { Resources } from './registry.ts'
import type { RelatedCall, Relations } from './relations.ts'
import { inTurn } from './turns.ts'
import type { Turns } from './turns.ts'
import type { CallView } from './view.ts'

/** The call a program holds: commands go to the actor, what comes of them is taken from what the actor tells. */
export class CallHandle extends CallCommands implements RelatedCall {
  readonly id: string
  readonly direction: 'outgoing' | 'incoming'
  readonly #actor: ActorRefFrom<typeof callMachine>
  readonly #resources: Resources
  readonly #turns: Turns
  readonly #relations: Relations
  readonly #views: CallViews
  readonly #source: Source
  readonly #listener: (fact: CallEmitted) => void
  readonly #pending = new Pending()
  readonly #attendants: Attendants
  #events: Facts<CallEmitted> | null = null
  /** Its end has been told; nothing is told after it. */
  #isTold = false

  /** The listener is told every fact before any subscriber is. */
  constructor(
    actor: ActorRefFrom<typeof callMachine>,
    resources: Resources,
    relations: Relations,
    turns: Turns,
    listener: (call: CallHandle, fact: CallEmitted) => void,
    grounds: AttendanceGrounds
  ) {
    const source = new Source()
    super(source)
    const { id, direction, succession } = actor.getSnapshot().context
    this.#source = source
    this.id = id
    this.direction = direction
    this.#actor = actor
    this.#views = new CallViews(
      () => actor.getSnapshot(),
      () => this.#attendants.capture
    )
    this.#resources = resources
    this.#turns = turns
    this.#relations = relations
    this.#listener = (fact) => listener(this, fact)
    const attended = { leg: resources.leg, media: resources.media, insteadOf: succession?.of ?? null }
    this.#attendants = new Attendants(grounds, this, attended, (fact) => this.#attendantTold(fact))
    resources.attendedBy(this.#attendants)
    actor.on('*', (fact) => this.#told(fact))
    actor.subscribe({
      next: () => this.#source.changed(),
      error: (error) =>
        this.#break({ by: 'system', reason: 'error', text: error instanceof Error ? error.message : String(error) })
    })
  }

  get state(): CallView {
    return this.#views.view
  }

  protected get capabilities() {
    return this.#actor.getSnapshot().context.capabilities
  }

  protected get streams() {
    return this.#resources.media
  }

  protected get sounds() {
    return this.#attendants.quality
  }

  get media(): MediaRequest {
    return this.#actor.getSnapshot().context.media
  }

  get events$(): Observable<CallEmitted> {
    if (this.#events === null) {
      this.#events = createFacts()
      if (this.#isTold) this.#events.done()
    }
    return this.#events.facts$
  }

  can(command: CallCommandName): boolean {
    if (this.#isOver) return false
    if (command === 'useMicrophone') return this.#attendants.canReplaceMicrophone
    return this.#actor.getSnapshot().can({ digits: [], target: '', locally: true, type: command })
  }

  can$(command: CallCommandName) {
    return this.behavior(`can ${command}`, () => this.can(command))
  }

  hangup() {
    if (this.#isOver) return Promise.resolve()
    return this.can('hangup') ? this.command({ type: 'hangup' }) : this.#pending.wait(outcomes.hangup)
  }

  makeCurrent(): Promise<void> {
    if (this.can('resume')) return this.resume()
    const { status } = this.state
    if (status === 'established') return this.#turn(() => Promise.resolve())
    if (this.#isOver) return rejected(this.#endError())
    return rejected(
      new CallError('call.refused', `There is nobody to talk to: the call is ${status}`, { state: status })
    )
  }

  record(recorder?: Recorder) {
    if (recorder === undefined && this.capabilities.recording.length === 0)
      return rejected(new CallError('recording.unsupported', 'The provider does not record: give a recorder'))
    if (recorder !== undefined && this.can('record')) this.#resources.media.recordWith(recorder)
    return this.command({ type: 'record', locally: recorder !== undefined })
  }

  transfer(to: string | Call) {
    const wish = this.#relations.transfer(this, to)
    return wish instanceof CallError ? rejected(wish) : this.command({ type: 'transfer', ...wish })
  }

  consult(target: string, request?: DialRequest) {
    return this.#relations.consult(this, target, request)
  }

  useMicrophone(deviceId: string) {
    return this.#isOver ? rejected(this.#endError()) : this.#attendants.useMicrophone(deviceId)
  }

  established() {
    if (this.#views.wasEstablished) return Promise.resolve()
    return this.#isOver ? rejected(this.#endError()) : this.#pending.wait({ done: 'call.established' })
  }

  ended(): Promise<CallEnd> {
    const over = this.#isOver ? Promise.resolve() : this.#pending.wait({ done: 'call.ended' })
    return over.then(() => this.#end)
  }

  /** Passes on what the connection did; the signalling region decides what it means. */
  signal(event: SignallingEvent) {
    if (!this.#isOver) this.#actor.send(event)
  }

  /** How it stands beside the others. */
  attend(attention: Attention) {
    if (this.#isOver || !this.#views.attend(attention)) return
    this.#resources.media.setAside(attention === 'aside')
    this.#source.changed()
  }

  /** Passes on what other calls mean for this one. */
  relate(event: RelationEvent) {
    if (!this.#isOver) this.#actor.send(event)
  }

  /** Ends the call at once: nobody waits for the far end any more. */
  abandon(end: CallEnd) {
    if (!this.#isOver) this.#actor.send({ type: 'abandon', end })
    // in the middle of a step the chart only says so after it, which is too late for who is disposed of meanwhile
    this.#break(end)
  }

  /** Ends the call where its chart cannot, or not in time. */
  #break(end: CallEnd) {
    if (this.#isTold) return
    // a call that was ending already ends as it was going to
    const ended = this.#actor.getSnapshot().context.end ?? end
    this.#views.break(ended)
    this.#told({ type: 'call.ended', end: ended })
  }

  get #isOver() {
    return this.#isTold || this.#actor.getSnapshot().status !== 'active'
  }

  get #end(): CallEnd {
    return this.state.end ?? { by: 'system', reason: 'error' }
  }

  protected inTurn(command: CallCommand): Promise<void> {
    return this.can(command.type) ? this.#turn(() => this.command(command)) : this.command(command)
  }

  #turn(act: () => Promise<void>): Promise<void> {
    return inTurn(this.#turns, this.id, act, (error) => (this.#isOver ? this.#endError() : error))
  }

  protected toggle(
    type: 'mute' | 'unmute' | 'muteCamera' | 'unmuteCamera',
    isSo: boolean,
    opposite: CallEmitted['type']
  ) {
    return isSo && !this.#pending.waitsFor(opposite) ? Promise.resolve() : this.command({ type })
  }

  protected command(command: CallCommand, id?: string): Promise<void> {
    if (this.#isOver) return rejected(this.#endError())
    const outcome = outcomes[command.type]
    // a command given while the call tells something comes after it: its opposite may be taken back before it has begun
    const takesBack = outcome.prevents !== undefined && this.#pending.supersede(outcome.prevents)
    if (!takesBack && !this.can(command.type)) {
      const { status } = this.state
      const message = `The call cannot "${command.type}" while it is ${status}`
      return rejected(new CallError('call.refused', message, { state: status }))
    }
    const done = this.#pending.wait(outcome, id)
    this.#actor.send(command)
    return done
  }

  #attendantTold(fact: CallEmitted | null) {
    this.#views.changed()
    if (fact !== null) this.#told(fact)
    this.#source.changed()
  }

  /** The actor told a fact: first what must be true before anybody sees it, then the promises, then the listeners. */
  #told(fact: CallEmitted) {
    if (this.#isTold) return
    this.#isTold = fact.type === 'call.ended'
    // the end is told last of its step, and can be seen from the first fact of it on
    if (this.#isOver) this.#resources.release()
    this.#views.stamp(fact)
    this.#attendants.told(fact)
    this.#pending.told(fact)
    if (this.#isTold) this.#pending.over(() => this.#endError())
    this.#listener(frozen(fact))
    this.#events?.tell(fact)
    if (fact.type !== 'call.ended') return
    this.#events?.done()
    this.#source.changed()
    this.#source.done()
  }

  #endError(): CallError {
    const { cause } = this.#actor.getSnapshot().context
    const end = this.#end
    // it never came to a call: what kept it from that says more than its end
    const isMedia = end.reason === 'media' && !this.#views.wasEstablished
    return isMedia && cause !== null ? errorOf(cause) : endErrorOf(end)
  }
}
