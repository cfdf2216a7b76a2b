/** What every emulator does in the same way, whatever it speaks. */
import { BehaviorSubject } from 'rxjs'
import type { Observable } from 'rxjs'
import type { EmulatedCall, EmulatedClient, Emulator, PartyScript } from './emulator.ts'
import type { Trace } from './trace.ts'

/** Who is connected, told only when it changes. */
export interface Roster {
  readonly clients: readonly EmulatedClient[]
  readonly clients$: Observable<readonly EmulatedClient[]>
  publish(clients: readonly EmulatedClient[]): void
  complete(): void
}

export function createRoster(): Roster {
  const clients$ = new BehaviorSubject<readonly EmulatedClient[]>([])
  return {
    get clients() {
      return clients$.value
    },
    clients$: clients$.asObservable(),
    publish(clients) {
      if (JSON.stringify(clients) !== JSON.stringify(clients$.value)) clients$.next(clients)
    },
    complete: () => clients$.complete()
  }
}

export interface FrameOptions {
  readonly listener: { accepting: boolean; stop(): Promise<void> }
  readonly roster: Roster
  readonly trace: Trace
  /** Ends every call and timer; the connections are closed after it. */
  readonly close: () => void
}

/** The part of an emulator that is about neither users nor calls. */
export function createFrame({
  listener,
  roster,
  trace,
  close
}: FrameOptions): Pick<Emulator, 'clients$' | 'trace' | 'trace$' | 'refuse' | 'accept' | 'stop'> {
  let stopping: Promise<void> | null = null
  return {
    clients$: roster.clients$,
    trace: trace.entries,
    trace$: trace.entries$,
    refuse() {
      listener.accepting = false
    },
    accept() {
      listener.accepting = stopping === null
    },
    stop() {
      stopping ??= (async () => {
        close()
        await listener.stop()
        roster.complete()
        trace.complete()
      })()
      return stopping
    }
  }
}

/** Plays a party's script. One that comes too late, because somebody else steered or the client gave up, rejects. */
export async function play(
  script: PartyScript | null,
  call: Pick<EmulatedCall, 'ring' | 'answer' | 'reject'>,
  after: (milliseconds: number, act: () => void) => void
): Promise<void> {
  if (script?.do === 'reject') return call.reject(script.reason, script.code)
  if (script?.do === 'ring' || script?.do === 'answer') await call.ring()
  if (script?.do !== 'answer') return
  await new Promise<void>((resolve) => after(script.ringFor ?? 0, resolve))
  await call.answer()
}

/** Of whom we know what: null for a user there is not. Everybody with `pw-<user>` when nobody was named. */
export function secretsFrom(
  users: Readonly<Record<string, string>> | ((user: string) => string | null) | undefined
): (user: string) => string | null {
  if (typeof users === 'function') return users
  if (users) return (user) => (Object.hasOwn(users, user) ? (users[user] ?? null) : null)
  return (user) => `pw-${user}`
}
