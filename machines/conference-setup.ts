import { assign, emit, sendTo, setup } from 'xstate'
import type { Failure } from './failure.ts'
import { unprovided } from './unprovided.ts'

/** What is told to whoever mixes. Members go by names that the program around the chart gives them. */
export type ConferenceCommand =
  /** Get ready to mix. */
  | { readonly type: 'open' }
  /** Let this call be heard beside the other members; all of `together` belong together from now on. */
  | { readonly type: 'bring'; readonly member: string; readonly together: readonly string[] }
  /** From now on it hears the others, and they hear it. */
  | { readonly type: 'connect'; readonly member: string }
  /** This call has taken the place of that one, and is to be brought in its place; that one is released. */
  | { readonly type: 'replace'; readonly member: string; readonly by: string }
  /** It is an ordinary call again. */
  | { readonly type: 'release'; readonly members: readonly string[] }
  /** Nothing is mixed any more. */
  | { readonly type: 'close' }

export type ConferenceEvent =
  /** Let these talk with one another, and with those who do so already. */
  | { readonly type: 'join'; readonly members: readonly string[] }
  /** Go on apart from the others. */
  | { readonly type: 'leave'; readonly member: string }
  /** All of them go on apart. */
  | { readonly type: 'split' }
  | { readonly type: 'mixer.opened' }
  | { readonly type: 'mixer.failed'; readonly cause: Failure }
  /** It is heard, or could be: it is not held. */
  | { readonly type: 'member.ready'; readonly member: string }
  | { readonly type: 'member.connected'; readonly member: string }
  | { readonly type: 'member.failed'; readonly member: string; readonly cause: Failure }
  /** The call has ended. */
  | { readonly type: 'member.over'; readonly member: string }
  /** Another call has taken the place of this one. */
  | { readonly type: 'member.replaced'; readonly member: string; readonly by: string }

export type ConferenceEmitted =
  | { readonly type: 'conference.joined'; readonly member: string }
  | { readonly type: 'conference.left'; readonly members: readonly string[] }
  /** Whoever waits for one of them to join waits for the other. */
  | { readonly type: 'conference.replaced'; readonly member: string; readonly by: string }
  /** They were to join, and do not. */
  | { readonly type: 'conference.left-out'; readonly members: readonly string[]; readonly cause: Failure }

export interface ConferenceContext {
  /** Those who talk with one another, in the order in which they joined. */
  readonly members: readonly string[]
  /** Those who are to, in the order in which they will be brought. */
  readonly wanted: readonly string[]
}

const parted: Failure = { code: 'call.superseded', text: 'It was to go on apart before it had joined' }
const over: Failure = { code: 'call.ended', text: 'The call is over' }
const alone: Failure = { code: 'call.refused', text: 'Nobody else is there to talk with' }
export const notOpened: Failure = { code: 'conference.timeout', text: 'Sound could not be mixed in time' }
export const notBrought: Failure = { code: 'conference.timeout', text: 'The call could not be heard in time' }
export const reasons = { parted, over, alone }

export interface Member {
  readonly member: string
}

export interface Replaced extends Member {
  readonly by: string
}

const without = (list: readonly string[], members: readonly string[]) => list.filter((each) => !members.includes(each))

/** Everything the chart of a conference names. The chart itself is a file of its own. */
export const conferenceSetup = setup({
  types: {
    context: {} as ConferenceContext,
    events: {} as ConferenceEvent,
    emitted: {} as ConferenceEmitted,
    tags: {} as 'waiting'
  },
  actors: { floor: unprovided<ConferenceCommand>('floor') },
  guards: {
    isMember: ({ context }, { member }: Member) => context.members.includes(member),
    isWanted: ({ context }, { member }: Member) => context.wanted.includes(member),
    isNext: ({ context }, { member }: Member) => context.wanted[0] === member,
    isIn: ({ context: { members, wanted } }, { member }: Member) => members.includes(member) || wanted.includes(member),
    hasNext: ({ context }) => context.wanted.length > 0,
    areTogether: ({ context }) => context.members.length > 1,
    /** With whom it would be talking is not there any more. */
    wouldBeAlone: ({ context: { wanted, members } }) => wanted.length + members.length < 2
  },
  actions: {
    noteWanted: assign({
      wanted: ({ context: { wanted, members } }, params: { members: readonly string[] }) => [
        ...new Set([...wanted, ...without(params.members, members)])
      ]
    }),
    noteJoined: assign({
      members: ({ context: { members } }, { member }: Member) => [...members, member],
      wanted: ({ context: { wanted } }, { member }: Member) => without(wanted, [member])
    }),
    noteLeft: assign({ members: ({ context }, { member }: Member) => without(context.members, [member]) }),
    noteLeftOut: assign({ wanted: ({ context }, { member }: Member) => without(context.wanted, [member]) }),
    noteNextLeftOut: assign({ wanted: ({ context }) => context.wanted.slice(1) }),
    /** Who was to join is replaced where it stands; who had joined is followed by the other, which has yet to. */
    noteReplaced: assign({
      members: ({ context }, { member }: Replaced) => without(context.members, [member]),
      wanted: ({ context: { members, wanted } }, { member, by }: Replaced) => {
        const next = members.includes(member) ? [...wanted, by] : wanted.map((each) => (each === member ? by : each))
        return [...new Set(without(next, members))]
      }
    }),
    forgetAll: assign({ members: [], wanted: [] }),
    sendOpen: sendTo('floor', { type: 'open' } satisfies ConferenceCommand),
    bringNext: sendTo('floor', ({ context: { members, wanted } }): ConferenceCommand => ({
      type: 'bring',
      member: wanted[0] ?? '',
      together: [...members, ...wanted]
    })),
    connect: sendTo('floor', (_, { member }: Member): ConferenceCommand => ({ type: 'connect', member })),
    replace: sendTo('floor', (_, { member, by }: Replaced): ConferenceCommand => ({ type: 'replace', member, by })),
    release: sendTo('floor', (_, { member }: Member): ConferenceCommand => ({ type: 'release', members: [member] })),
    releaseNext: sendTo('floor', ({ context }): ConferenceCommand => ({
      type: 'release',
      members: context.wanted.slice(0, 1)
    })),
    releaseAll: sendTo('floor', ({ context: { members, wanted } }): ConferenceCommand => ({
      type: 'release',
      members: [...wanted, ...members]
    })),
    sendClose: sendTo('floor', { type: 'close' } satisfies ConferenceCommand),
    tellJoined: emit((_, { member }: Member) => ({ type: 'conference.joined', member }) as const),
    tellReplaced: emit((_, { member, by }: Replaced) => ({ type: 'conference.replaced', member, by }) as const),
    tellLeft: emit((_, { member }: Member) => ({ type: 'conference.left', members: [member] }) as const),
    tellAllLeft: emit(({ context }) => ({ type: 'conference.left', members: context.members }) as const),
    tellLeftOut: emit(
      (_, { member, cause }: Member & { cause: Failure }) =>
        ({ type: 'conference.left-out', members: [member], cause }) as const
    ),
    tellNextLeftOut: emit(
      ({ context }, { cause }: { cause: Failure }) =>
        ({ type: 'conference.left-out', members: context.wanted.slice(0, 1), cause }) as const
    ),
    tellAllLeftOut: emit(
      ({ context }, { cause }: { cause: Failure }) =>
        ({ type: 'conference.left-out', members: context.wanted, cause }) as const
    )
  },
  delays: {
    /** A page that nobody has touched yet may not make a sound. */
    openDeadline: 5_000,
    /** Whom the user is on is held first where it is to stay out, and the peer is asked to go on. */
    bringDeadline: 15_000
  }
})
