/**
 * A server, two users and what is between them, in virtual time: sockets that are cut or go dark, a server that dies and
 * forgets who was there, addresses that change under running media. Everything that arrives takes its time and comes in order.
 */
import type { VirtualClock } from '../../machines/support/virtual-clock.ts'
import type { Terms } from '../../../machines/index.ts'

export type Message =
  | { readonly type: 'invite' | 'ringing' | 'answer' | 'ack' | 'cancel' | 'bye' | 'gone' }
  | { readonly type: 'rejection'; readonly code: number }
  | { readonly type: 'offer'; readonly attempt: number; readonly terms: Terms; readonly address: number | null }
  | { readonly type: 'agreement'; readonly attempt: number; readonly holds: boolean; readonly address: number | null }
  | { readonly type: 'glare'; readonly attempt: number }
  | { readonly type: 'question' | 'yes' | 'no'; readonly attempt: number }
  /** Of the server itself: it does not reach the one this was for. */
  | { readonly type: 'unreachable'; readonly of: Message }

export interface Envelope {
  readonly call: string
  readonly to: string
  readonly from: string
  readonly message: Message
}

/** One socket of a user's: who stands at its ends need not agree on whether it is there. */
export interface VirtualSocket {
  readonly user: string
  isOpen: boolean
  /** Something was lost on it: what comes after can never arrive either, and nobody is told. */
  isSpoiled: boolean
  closed(): void
  received(envelope: Envelope): void
}

/** `refusing`: nothing new gets through; `dark`: nothing at all does, and nobody is told. */
export type Weather = 'fair' | 'refusing' | 'dark'

export class VirtualNetwork {
  readonly clock: VirtualClock
  readonly #random: () => number
  readonly #weather = new Map<string, Weather>()
  readonly #registered = new Map<string, VirtualSocket>()
  readonly #sockets = new Set<VirtualSocket>()
  readonly #media = new Map<string, { address: number; isFair: boolean }>()
  readonly #watchers = new Set<() => void>()
  readonly #arrivals = new Map<string, number>()
  #isServing = true

  constructor(clock: VirtualClock, random: () => number) {
    this.clock = clock
    this.#random = random
  }

  weatherOf(user: string): Weather {
    return this.#weather.get(user) ?? 'fair'
  }

  /** Opens a socket for `user`; `answered` hears whether it did, unless nothing is heard at all. */
  open(socket: VirtualSocket, answered: (isOpen: boolean) => void) {
    const weather = this.weatherOf(socket.user)
    if (weather === 'dark') return
    this.#after(socket.user, () => {
      if (this.weatherOf(socket.user) === 'dark') return
      const opens = this.#isServing && this.weatherOf(socket.user) === 'fair'
      socket.isOpen = opens
      if (opens) this.#sockets.add(socket)
      answered(opens)
    })
  }

  close(socket: VirtualSocket) {
    socket.isOpen = false
    this.#forget(socket)
  }

  /** To the server and back, if it is there. */
  ask(socket: VirtualSocket, answered: () => void) {
    this.#toServer(socket, () => this.#toClient(socket, answered))
  }

  register(socket: VirtualSocket, answered: () => void) {
    this.#toServer(socket, () => {
      this.#registered.set(socket.user, socket)
      this.#toClient(socket, answered)
    })
  }

  post(socket: VirtualSocket, envelope: Envelope) {
    this.#toServer(socket, () => {
      const target = this.#registered.get(envelope.to)
      if (target !== undefined) return this.#toClient(target, () => target.received(envelope))
      const of = envelope.message
      const message = { type: 'unreachable', of } as const
      this.#toClient(socket, () => socket.received({ ...envelope, from: envelope.to, to: envelope.from, message }))
    })
  }

  // what can go wrong

  cut(user: string) {
    for (const socket of [...this.#sockets]) if (socket.user === user) this.#break(socket)
  }

  become(user: string, weather: Weather) {
    this.#weather.set(user, weather)
  }

  kill() {
    this.#isServing = false
    for (const socket of [...this.#sockets]) this.#break(socket)
    this.#registered.clear()
  }

  start() {
    this.#isServing = true
  }

  move(user: string) {
    const { address, isFair } = this.mediaOf(user)
    this.#changeMedia(user, { address: address + 1, isFair })
  }

  muffle(user: string, isFair: boolean) {
    this.#changeMedia(user, { ...this.mediaOf(user), isFair })
  }

  mediaOf(user: string) {
    return this.#media.get(user) ?? { address: 1, isFair: true }
  }

  watchMedia(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #changeMedia(user: string, media: { address: number; isFair: boolean }) {
    this.#media.set(user, media)
    for (const watcher of [...this.#watchers]) watcher()
  }

  /** Who is in the dark does not hear of it. */
  #break(socket: VirtualSocket) {
    this.#forget(socket)
    if (this.weatherOf(socket.user) === 'dark') return
    this.#after(socket.user, () => {
      if (!socket.isOpen) return
      socket.isOpen = false
      socket.closed()
    })
  }

  #forget(socket: VirtualSocket) {
    this.#sockets.delete(socket)
    if (this.#registered.get(socket.user) === socket) this.#registered.delete(socket.user)
  }

  #toServer(socket: VirtualSocket, act: () => void) {
    if (!this.#passes(socket)) return
    this.#after(socket.user, () => {
      if (this.#passes(socket)) act()
    })
  }

  #toClient(socket: VirtualSocket, act: () => void) {
    if (!this.#passes(socket)) return
    this.#after(socket.user, () => {
      if (this.#passes(socket)) act()
    })
  }

  #passes(socket: VirtualSocket): boolean {
    if (this.weatherOf(socket.user) === 'dark') socket.isSpoiled = true
    return this.#isServing && socket.isOpen && this.#sockets.has(socket) && !socket.isSpoiled
  }

  /** In order for each user. */
  #after(user: string, act: () => void) {
    const arrival = Math.max(this.#arrivals.get(user) ?? 0, this.clock.now + 1 + Math.floor(this.#random() * 60))
    this.#arrivals.set(user, arrival)
    this.clock.setTimeout(act, arrival - this.clock.now)
  }
}
