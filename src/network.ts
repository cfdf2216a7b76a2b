import { Observable } from 'rxjs'
import type { Subscription } from 'rxjs'

/** What a program can learn about the network and the machine it runs on. It is often wrong, so it is only ever a hint. */
export type NetworkEvent =
  | { readonly type: 'network.online' }
  | { readonly type: 'network.offline' }
  /** Another network than before, or another address. */
  | { readonly type: 'network.changed' }
  /** The machine slept; `slept` in milliseconds, as far as it can be told. */
  | { readonly type: 'wake'; readonly slept: number }

const kinds: readonly string[] = ['network.online', 'network.offline', 'network.changed', 'wake']

/** Listens to the network while a connection is wanted. */
export class NetworkWatch {
  readonly #network: Observable<unknown>
  readonly #heed: (event: NetworkEvent) => void
  #listening: Subscription | null = null

  constructor(network: Observable<unknown>, heed: (event: NetworkEvent) => void) {
    this.#network = network
    this.#heed = heed
  }

  start() {
    this.#listening ??= this.#network.subscribe({
      next: (emitted) => {
        const event = readNetworkEvent(emitted)
        if (event !== null) this.#heed(event)
      },
      // whoever has no more to say about the network says nothing about the engine
      error: () => {}
    })
  }

  stop() {
    const listening = this.#listening
    this.#listening = null
    try {
      listening?.unsubscribe()
    } catch {
      // it is the application's, and nobody listens to it any more
    }
  }
}

/** The event this is, or null: what an application hands in is not trusted with the charts. */
function readNetworkEvent(emitted: unknown): NetworkEvent | null {
  if (typeof emitted !== 'object' || emitted === null || !('type' in emitted)) return null
  if (typeof emitted.type !== 'string' || !kinds.includes(emitted.type)) return null
  if (emitted.type !== 'wake') return { type: emitted.type } as NetworkEvent
  const slept = 'slept' in emitted && typeof emitted.slept === 'number' ? emitted.slept : 0
  return { type: 'wake', slept }
}

/**
 * What the browser says about its network, and what the clocks say about sleep. Nothing is touched before it is subscribed
 * to, and nothing is left afterwards; where there is no browser only the clocks are watched.
 */
export const surroundings: Observable<NetworkEvent> = new Observable((subscriber) => {
  const { addEventListener, navigator } = globalThis as unknown as Surroundings
  const connection = navigator?.connection
  const watched: { readonly target: Target; readonly name: string; readonly listener: () => void }[] = []
  const on = (target: Target | undefined, name: string, listener: () => void) => {
    if (typeof target?.addEventListener !== 'function') return
    target.addEventListener(name, listener)
    watched.push({ target, name, listener })
  }
  const page = typeof addEventListener === 'function' ? (globalThis as unknown as Target) : undefined
  on(page, 'online', () => subscriber.next({ type: 'network.online' }))
  on(page, 'offline', () => subscriber.next({ type: 'network.offline' }))

  // it also tells of every estimate of speed; a change of network is one of type
  let network = connection?.type
  on(connection, 'change', () => {
    const before = network
    network = connection?.type
    if (before !== network && network !== 'none') subscriber.next({ type: 'network.changed' })
  })

  const sleep = watchSleep((slept) => subscriber.next({ type: 'wake', slept }))
  on(page, 'pageshow', sleep.check)
  on((globalThis as unknown as Surroundings).document, 'visibilitychange', sleep.check)

  return () => {
    sleep.stop()
    for (const { target, name, listener } of watched) target.removeEventListener(name, listener)
  }
})

interface Target {
  addEventListener(name: string, listener: () => void): void
  removeEventListener(name: string, listener: () => void): void
}

interface Surroundings extends Partial<Target> {
  readonly document?: Target & { readonly hidden: boolean }
  readonly navigator?: { readonly connection?: Target & { readonly type?: string } }
}

/** Milliseconds between two looks at the clocks. */
const interval = 5_000
/** A clock that was only set right, and a program that was only busy, are off by less. */
const leap = 5_000
const delay = 15_000
/** Browsers let a hidden page's timers run once a minute. */
const throttled = 90_000

/**
 * Tells sleep from a throttled or busy page: the clock on the wall goes on while a machine sleeps, and on most machines the
 * one that measures time does not. Where both go on, only a timer that is far too late gives it away.
 */
function watchSleep(woke: (slept: number) => void) {
  let wall = Date.now()
  let measured = performance.now()

  const check = () => {
    const passed = Date.now() - wall
    const lived = performance.now() - measured
    wall += passed
    measured += lived
    const isHidden = (globalThis as unknown as Surroundings).document?.hidden === true
    const late = passed - interval
    if (passed - lived >= leap || late >= (isHidden ? throttled : delay)) woke(Math.max(passed - lived, late))
  }
  const timer = setInterval(check, interval)
  // in Node it must not keep a finished program alive
  ;(timer as { unref?: () => void }).unref?.()
  return { check, stop: () => clearInterval(timer) }
}
