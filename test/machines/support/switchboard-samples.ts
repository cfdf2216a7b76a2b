import type { SwitchboardContext, SwitchboardEvent } from '../../../machines/index.ts'
import type { Failure } from '../../../machines/index.ts'

type Named = SwitchboardContext['calls'][number]
type Samples = {
  readonly [TType in SwitchboardEvent['type']]: Readonly<
    Record<string, (context: SwitchboardContext) => Extract<SwitchboardEvent, { readonly type: TType }>>
  >
}

const refused: Failure = { code: 'negotiation.rejected', text: 'Not acceptable here', provider: { code: 488 } }

/** Who we are: of the two who may call us while we call them, one name is less than ours, the other greater. */
const self = 'sip:mary@example.org'
const lesser = 'sip:alice@example.org'
const greater = 'sip:zoe@example.org'

const nobody = 'nobody'
const fresh = ({ calls, claim, meeting }: SwitchboardContext) => {
  const taken = [...calls.map(({ id }) => id), claim?.call, meeting?.theirs].map((id) => Number(id?.split('-')[1] ?? 0))
  return `call-${Math.max(0, ...taken) + 1}`
}
const current = ({ current }: SwitchboardContext) => current ?? nobody
const find = (wanted: (call: Named) => boolean) => (context: SwitchboardContext) =>
  context.calls.find((call) => call.id !== context.current && wanted(call))?.id ?? nobody
const other = find(() => true)
const claimed = ({ claim }: SwitchboardContext) => claim?.call ?? nobody
const ours = ({ meeting }: SwitchboardContext) => meeting?.ours ?? nobody
const theirs = ({ meeting }: SwitchboardContext) => meeting?.theirs ?? nobody

const byPeer = { by: 'remote', reason: 'hangup' } as const
const byUs = { by: 'local', reason: 'cancelled' } as const

/** One event of each type, about the call it would be about: the current one, another one, or one of two that meet. */
export const switchboardSamples: Samples = {
  dial: {
    '': (context) => ({ type: 'dial', call: fresh(context), target: 'bob' }),
    lesser: (context) => ({ type: 'dial', call: fresh(context), target: lesser }),
    greater: (context) => ({ type: 'dial', call: fresh(context), target: greater })
  },
  take: {
    current: (context) => ({ type: 'take', call: current(context) }),
    other: (context) => ({ type: 'take', call: other(context) }),
    claimed: (context) => ({ type: 'take', call: claimed(context) }),
    theirs: (context) => ({ type: 'take', call: theirs(context) }),
    gone: () => ({ type: 'take', call: nobody })
  },
  adopt: {
    '': (context) => ({
      type: 'adopt',
      call: fresh(context),
      direction: 'outgoing',
      address: 'sip:carol@example.org',
      insteadOf: current(context)
    })
  },
  join: {
    current: (context) => ({ type: 'join', call: current(context) }),
    other: (context) => ({ type: 'join', call: other(context) })
  },
  part: {
    current: (context) => ({ type: 'part', call: current(context) }),
    other: (context) => ({ type: 'part', call: other(context) })
  },
  close: { '': () => ({ type: 'close' }) },
  open: { '': () => ({ type: 'open' }) },
  'call.incoming': {
    '': (context) => ({ type: 'call.incoming', call: fresh(context), from: { address: 'sip:dan@example.org' }, self }),
    lesser: (context) => ({ type: 'call.incoming', call: fresh(context), from: { address: lesser }, self }),
    greater: (context) => ({ type: 'call.incoming', call: fresh(context), from: { address: greater }, self }),
    known: (context) => ({ type: 'call.incoming', call: current(context), from: { address: lesser }, self })
  },
  'call.established': {
    current: (context) => ({ type: 'call.established', call: current(context) }),
    other: (context) => ({ type: 'call.established', call: other(context) }),
    ours: (context) => ({ type: 'call.established', call: ours(context) }),
    theirs: (context) => ({ type: 'call.established', call: theirs(context) })
  },
  'call.held': {
    current: (context) => ({ type: 'call.held', call: current(context) }),
    other: (context) => ({ type: 'call.held', call: other(context) })
  },
  'call.resumed': {
    current: (context) => ({ type: 'call.resumed', call: current(context) }),
    other: (context) => ({ type: 'call.resumed', call: other(context) })
  },
  'call.hold-failed': {
    current: (context) => ({ type: 'call.hold-failed', call: current(context), cause: refused }),
    other: (context) => ({ type: 'call.hold-failed', call: other(context), cause: refused })
  },
  'call.ended': {
    current: (context) => ({ type: 'call.ended', call: current(context), end: byPeer }),
    other: (context) => ({ type: 'call.ended', call: other(context), end: byPeer }),
    claimed: (context) => ({ type: 'call.ended', call: claimed(context), end: byPeer }),
    ours: (context) => ({ type: 'call.ended', call: ours(context), end: byPeer }),
    'ours, by us': (context) => ({ type: 'call.ended', call: ours(context), end: byUs }),
    theirs: (context) => ({ type: 'call.ended', call: theirs(context), end: byPeer })
  }
}
