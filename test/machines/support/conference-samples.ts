import type { ConferenceContext, ConferenceEvent, Failure } from '../../../machines/index.ts'
import type { Samples } from './samples.ts'

const cause: Failure = { code: 'conference.failed', text: 'No sound' }
const free = ({ members, wanted }: ConferenceContext) =>
  ['ann', 'bea', 'cy', 'dan', 'eve'].filter((each) => ![...members, ...wanted].includes(each))
const member = ({ members }: ConferenceContext) => members[0] ?? 'nobody'
const next = ({ wanted }: ConferenceContext) => wanted[0] ?? 'nobody'
const later = ({ wanted }: ConferenceContext) => wanted[1] ?? 'nobody'

export const conferenceSamples: Samples<ConferenceContext, ConferenceEvent> = {
  join: {
    two: (context) => ({ type: 'join', members: free(context).slice(0, 2) }),
    'one more': (context) => ({ type: 'join', members: free(context).slice(0, 1) }),
    'a member': (context) => ({ type: 'join', members: [member(context)] })
  },
  leave: {
    '': (context) => ({ type: 'leave', member: member(context) }),
    next: (context) => ({ type: 'leave', member: next(context) }),
    later: (context) => ({ type: 'leave', member: later(context) }),
    nobody: () => ({ type: 'leave', member: 'nobody' })
  },
  split: { '': () => ({ type: 'split' }) },
  'mixer.opened': { '': () => ({ type: 'mixer.opened' }) },
  'mixer.failed': { '': () => ({ type: 'mixer.failed', cause }) },
  'member.ready': {
    next: (context) => ({ type: 'member.ready', member: next(context) }),
    later: (context) => ({ type: 'member.ready', member: later(context) }),
    stale: (context) => ({ type: 'member.ready', member: member(context) })
  },
  'member.connected': {
    next: (context) => ({ type: 'member.connected', member: next(context) }),
    stale: (context) => ({ type: 'member.connected', member: member(context) })
  },
  'member.failed': {
    next: (context) => ({ type: 'member.failed', member: next(context), cause }),
    stale: (context) => ({ type: 'member.failed', member: member(context), cause })
  },
  'member.over': {
    '': (context) => ({ type: 'member.over', member: member(context) }),
    next: (context) => ({ type: 'member.over', member: next(context) }),
    later: (context) => ({ type: 'member.over', member: later(context) }),
    nobody: () => ({ type: 'member.over', member: 'nobody' })
  },
  'member.replaced': {
    '': (context) => ({ type: 'member.replaced', member: member(context), by: free(context)[0] ?? 'eve' }),
    next: (context) => ({ type: 'member.replaced', member: next(context), by: free(context)[0] ?? 'eve' }),
    later: (context) => ({ type: 'member.replaced', member: later(context), by: free(context)[0] ?? 'eve' }),
    nobody: () => ({ type: 'member.replaced', member: 'nobody', by: 'eve' })
  }
}
