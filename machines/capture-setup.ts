import { assign, emit, sendTo, setup } from 'xstate'
import type { Failure } from './failure.ts'
import { unprovided } from './unprovided.ts'

/** A microphone as the user knows it. The browser gives both away only to who may use it: empty until then. */
export interface CapturedDevice {
  readonly deviceId: string
  readonly label: string
}

/** A device by its id, or `default`: whichever the browser takes; in a policy also `any`: all there are. */
export type DeviceChoice = string

/** What to try, in this order, when a microphone is lost, and whether to go back. */
export interface CapturePolicy {
  readonly fallback: readonly DeviceChoice[]
  /** Go back to the microphone the user wanted as soon as it is there again. */
  readonly returns: boolean
}

/** What the microphone actor is told. One is sent at a time, and the one before it is kept open until that one is proven. */
export type MicrophoneCommand =
  | { readonly type: 'open'; readonly attempt: number; readonly device: DeviceChoice }
  /** Send what was opened, and see whether anything comes of it. */
  | { readonly type: 'prove'; readonly attempt: number }
  /** It is proven: close the one before it. */
  | { readonly type: 'keep'; readonly attempt: number }
  /** Send the one before it again, if that still lives, and close everything else. */
  | { readonly type: 'restore' }

export type CaptureEvent =
  | { readonly type: 'use'; readonly device: DeviceChoice }
  | { readonly type: 'microphone.opened'; readonly attempt: number; readonly device: CapturedDevice }
  | { readonly type: 'microphone.failed'; readonly attempt: number; readonly cause: Failure }
  /** What was opened in this attempt is really sent. */
  | { readonly type: 'microphone.proved'; readonly attempt: number }
  /** What was opened in this attempt has ended by itself: unplugged, or no longer allowed. */
  | { readonly type: 'microphone.ended'; readonly attempt: number; readonly cause: Failure }
  /** Nothing is captured any more, and nothing of it is told. */
  | { readonly type: 'call.over' }
  /** The microphones there are now. */
  | { readonly type: 'devices.changed'; readonly present: readonly string[] }

export type CaptureEmitted =
  | { readonly type: 'capture.replaced'; readonly device: CapturedDevice }
  /** Another microphone was wanted and could not be had; the one before it goes on. */
  | { readonly type: 'capture.failed'; readonly cause: Failure }
  /** Nothing is captured any more; something else is tried. */
  | { readonly type: 'capture.interrupted'; readonly cause: Failure }
  | { readonly type: 'capture.recovered'; readonly device: CapturedDevice }
  /** Nothing is captured, and nothing is left to try: the call goes on, and we are not heard. */
  | { readonly type: 'capture.lost'; readonly cause: Failure }

export interface CaptureContext {
  /** Names the port that its microphone actor speaks to. */
  readonly port: string
  readonly policy: CapturePolicy
  /** What is captured; while nothing is, what was last. */
  readonly device: CapturedDevice
  /** The attempt in which that was opened. */
  readonly kept: number
  /** What was opened last, proven or not. */
  readonly opened: CapturedDevice
  readonly attempt: number
  /** What the user wants, which a fallback does not change. */
  readonly wanted: DeviceChoice
  readonly asked: DeviceChoice
  readonly queue: readonly DeviceChoice[]
  readonly present: readonly string[]
  readonly cause: Failure | null
  readonly stale: number
}

export interface CaptureInput {
  /** Names the port that its microphone actor speaks to. */
  readonly port: string
  readonly policy: CapturePolicy
  readonly device: CapturedDevice
  readonly present: readonly string[]
}

export const silent: Failure = { code: 'media.silent', text: 'Nothing arrives from the microphone' }
export const unanswered: Failure = { code: 'media.failed', text: 'The microphone was not opened in time' }

/** Everything the chart of a microphone names. The chart itself is a file of its own. */
export const captureSetup = setup({
  types: {
    context: {} as CaptureContext,
    events: {} as CaptureEvent,
    emitted: {} as CaptureEmitted,
    input: {} as CaptureInput,
    tags: {} as 'waiting'
  },
  actors: { microphone: unprovided<MicrophoneCommand, { port: string }>('microphone') },
  guards: {
    isStale: ({ context }, params: { attempt: number }) => params.attempt !== context.attempt,
    isKept: ({ context }, params: { attempt: number }) => params.attempt === context.kept,
    isDenied: (_, params: { cause: Failure }) => params.cause.code === 'media.denied',
    hasChoice: ({ context }) => context.queue.length > 0,
    mayReturn: ({ context: { policy, wanted, device, present } }, params: { present: readonly string[] }) =>
      policy.returns && wanted !== device.deviceId && params.present.includes(wanted) && !present.includes(wanted),
    mayRecover: ({ context }, params: { present: readonly string[] }) =>
      context.policy.returns && params.present.length > 0
  },
  actions: {
    countStale: assign({ stale: ({ context }) => context.stale + 1 }),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    noteCause: assign({ cause: (_, params: { cause: Failure }) => params.cause }),
    noteOpened: assign({ opened: (_, params: { device: CapturedDevice }) => params.device }),
    notePresent: assign({ present: (_, params: { present: readonly string[] }) => params.present }),
    noteKept: assign({ device: ({ context }) => context.opened, kept: ({ context }) => context.attempt, cause: null }),
    /** What a person asks for is what it comes back to; the browser's choice is none. */
    noteWanted: assign({ wanted: (_, params: { device: DeviceChoice }) => params.device }),
    noteWhatWasAsked: assign({ wanted: ({ context }) => context.asked }),
    ask: assign({ asked: (_, params: { device: DeviceChoice }) => params.device }),
    askForWanted: assign({ asked: ({ context }) => context.wanted }),
    queueAsked: assign({ queue: ({ context }) => fallbacks(context, context.asked) }),
    queueWanted: assign({
      queue: ({ context }) => (isGone(context) ? fallbacks(context) : fallbacks(context, context.wanted))
    }),
    takeChoice: assign({
      asked: ({ context }) => context.queue[0] ?? 'default',
      queue: ({ context }) => context.queue.slice(1)
    }),
    sendOpen: sendTo('microphone', ({ context }): MicrophoneCommand => ({
      type: 'open',
      attempt: context.attempt,
      device: context.asked
    })),
    sendProve: sendTo('microphone', ({ context }): MicrophoneCommand => ({ type: 'prove', attempt: context.attempt })),
    sendKeep: sendTo('microphone', ({ context }): MicrophoneCommand => ({ type: 'keep', attempt: context.attempt })),
    sendRestore: sendTo('microphone', { type: 'restore' } satisfies MicrophoneCommand),
    tellReplaced: emit(({ context }) => ({ type: 'capture.replaced', device: context.opened }) as const),
    tellFailed: emit(({ context }) => ({ type: 'capture.failed', cause: context.cause ?? silent }) as const),
    tellInterrupted: emit(({ context }) => ({ type: 'capture.interrupted', cause: context.cause ?? silent }) as const),
    tellRecovered: emit(({ context }) => ({ type: 'capture.recovered', device: context.opened }) as const),
    tellLost: emit(({ context }) => ({ type: 'capture.lost', cause: context.cause ?? silent }) as const)
  },
  delays: {
    /** A person may have to find the browser's question first. */
    openDeadline: 30_000,
    /** Nobody has asked for anything, and nobody is heard meanwhile. */
    fallbackOpenDeadline: 5_000,
    proveDeadline: 2_500,
    /** How long a user may go unheard without knowing. */
    fallbackDeadline: 15_000
  }
})

/** The policy's order, nothing twice, and no device that is known to be gone. */
function fallbacks({ policy, present }: CaptureContext, ...first: readonly DeviceChoice[]): readonly DeviceChoice[] {
  const order = policy.fallback.flatMap((choice) => (choice === 'any' ? present : [choice]))
  const there = order.filter((choice) => choice === 'default' || present.length === 0 || present.includes(choice))
  return [...new Set([...first, ...there])]
}

/** What the user wants is not plugged in, as far as the browser tells. */
function isGone({ wanted, present }: CaptureContext): boolean {
  return wanted !== 'default' && present.length > 0 && !present.includes(wanted)
}
