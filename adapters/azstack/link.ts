/**
 * One socket.io connection, as far as AZStack uses socket.io: a single event with a single argument each way, no
 * acknowledgements, no namespaces, nothing binary. Two generations of the protocol are spoken, which do not understand
 * each other: `engine-io-3.ts` and `socket-io-4.ts`.
 */
export interface Link {
  /** Sends the argument of the one event; what cannot be sent any more is lost. */
  send(argument: unknown): void
  /** Asks the server whether it is there; null where only the server may ask. `alive` is the answer. */
  readonly ping: (() => void) | null
  /** Says goodbye and closes; the listener hears nothing more. */
  close(): void
}

export interface LinkListener {
  opened(): void
  received(argument: unknown): void
  /** Something came in that is not the protocol; it was dropped. */
  garbage(text: string): void
  alive(): void
  /** Never opened, or open no more: once, and last. */
  closed(end: LinkEnd): void
}

export interface LinkEnd {
  /** `silent`: the server owes us an answer. */
  readonly stage: 'unreachable' | 'lost' | 'silent'
  /** In the words of whoever closed it. */
  readonly reason: string
}

/** How the service is spoken to: `engineIo3()` or `socketIo4(io)`. */
export type OpenLink = (origin: string, listener: LinkListener) => Link
