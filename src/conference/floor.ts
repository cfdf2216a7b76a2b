import type { ConferenceCommand, ConferenceEvent, Failure } from '../../machines/index.ts'
import { CallError, failureOf } from '../errors.ts'
import { attempt } from '../registry.ts'
import type { Mixer, Mixing } from './mixer.ts'
import type { Seat } from './seat.ts'

/** Where the members of a conference hear one another: it does what the chart says, and reports what came of it. */
export class Floor {
  readonly #mixer: Mixer
  readonly #seats: ReadonlyMap<string, Seat>
  readonly #send: (event: ConferenceEvent) => void
  #mixing: Mixing | null = null
  #connected: readonly string[] = []
  /** Those who take the place of one that was here. */
  readonly #heirs = new Set<string>()
  /** What the user was on before one is brought that is to join; null when nobody is. */
  #left: { readonly member: string; readonly front: readonly Seat[] } | null = null

  constructor(mixer: Mixer, seats: ReadonlyMap<string, Seat>, send: (event: ConferenceEvent) => void) {
    this.#mixer = mixer
    this.#seats = seats
    this.#send = send
  }

  /** What is heard of this member may be something else now. */
  changed(member: string) {
    if (this.#connected.includes(member)) this.#patch()
  }

  carryOut(command: ConferenceCommand) {
    switch (command.type) {
      case 'open':
        return this.#open()
      case 'bring':
        return this.#bring(command.member, command.together)
      case 'connect':
        return this.#connect(command.member)
      case 'replace':
        this.#heirs.add(command.by)
        this.#seats.get(command.by)?.join(true)
        return this.#release([command.member])
      case 'release':
        return this.#release(command.members)
      case 'close':
        this.#close()
        return this.#goBack()
    }
  }

  #open() {
    try {
      const mixing = this.#mixer.open()
      this.#mixing = mixing
      mixing.opened.then(
        () => this.#mixing === mixing && this.#send({ type: 'mixer.opened' }),
        (error: unknown) => this.#mixing === mixing && this.#mixerFailed(error)
      )
      void mixing.failed?.then((error) => this.#mixing === mixing && this.#mixerFailed(error))
    } catch (error) {
      this.#mixerFailed(error)
    }
  }

  #mixerFailed(error: unknown) {
    const { text } = failureOf('conference.failed', error)
    this.#send({ type: 'mixer.failed', cause: { code: 'conference.failed', text } })
  }

  /** First they belong together, so that nobody is held because of another one of them. */
  #bring(member: string, together: readonly string[]) {
    const seats = together.flatMap((id) => this.#seats.get(id) ?? [])
    // the user stays where he is when one takes the place of another
    const isHeir = this.#heirs.has(member)
    const left = isHeir ? [] : seats.filter((seat) => seat.isAside)
    this.#left = { member, front: this.#left?.front ?? [...this.#seats.values()].filter((seat) => seat.isFront) }
    for (const seat of seats) seat.join(true)
    const seat = this.#seats.get(member)
    if (seat === undefined) return
    const brought = isHeir ? seat.call.established() : seat.call.makeCurrent()
    brought.then(
      () => {
        // the user comes back to those who were held meanwhile
        for (const each of left) if (each !== seat) each.resume()
        this.#send({ type: 'member.ready', member })
      },
      (error: unknown) => this.#send({ type: 'member.failed', member, cause: causeOf(error) })
    )
  }

  #connect(member: string) {
    this.#connected = [...this.#connected, member]
    this.#heirs.delete(member)
    if (!this.#patch()) return
    if (this.#connected.length > 1) this.#left = null
    this.#seats.get(member)?.send(this.#mixing?.streamFor(member) ?? null)
    this.#send({ type: 'member.connected', member })
  }

  #close() {
    const mixing = this.#mixing
    this.#mixing = null
    attempt(() => mixing?.close())
  }

  /** Who was to join does not: the user goes on where he was before. */
  #goBack() {
    const front = this.#left?.front ?? []
    this.#left = null
    for (const seat of front) if (seat.isLeft) void seat.call.makeCurrent()
  }

  /** Their own microphones again, before what was mixed of them is gone. */
  #release(members: readonly string[]) {
    const seats = members.flatMap((id) => this.#seats.get(id) ?? [])
    for (const seat of seats) if (this.#connected.includes(seat.id)) seat.send(null)
    this.#connected = this.#connected.filter((id) => !members.includes(id))
    this.#patch()
    for (const seat of seats) seat.join(false)
    for (const id of members) this.#heirs.delete(id)
    // otherwise the next one may still make two of them
    if (this.#connected.length > 1 && this.#left !== null && members.includes(this.#left.member)) this.#goBack()
  }

  #patch(): boolean {
    try {
      this.#mixing?.patch(this.#connected.flatMap((id) => this.#seats.get(id)?.patch ?? []))
      return true
    } catch (error) {
      this.#mixerFailed(error)
      return false
    }
  }
}

function causeOf(error: unknown): Failure {
  if (!(error instanceof CallError)) return failureOf('conference.failed', error)
  const { code, message: text, provider } = error
  return { code, text, ...(provider === undefined ? {} : { provider }) }
}
