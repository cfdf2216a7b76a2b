import { and, stateIn } from 'xstate'
import { callSetup } from './setup.ts'

const broken = [
  { guard: 'canRenegotiate', target: '#call.progress.established.path.interrupted.restarting' },
  { target: '#call.progress.established.path.interrupted' }
] as const
/** Only signalling can repair a path; while that is away, its grace is the one that counts. */
const dead = [
  {
    guard: stateIn('#call.progress.established.signalling.attached'),
    target: '#call.progress.established.path.failed'
  },
  { target: '#call.progress.established.path.stranded' }
] as const

/**
 * Whether media can flow (ICE and DTLS; RFC 8445). A path that breaks is repaired by an ICE restart, which negotiation
 * carries out; only when that has not helped for the whole grace does the call end. A grace without signalling is none.
 */
export const path = callSetup.createStateConfig({
  description: 'Whether media can flow.',
  initial: 'unknown',
  on: {
    'leg.path.connected': '.connected'
  },
  states: {
    unknown: {
      description: 'Decides where we stand: media may have connected before the call was answered.',
      always: [{ guard: 'isPathUp', target: 'connected' }, { target: 'connecting' }]
    },
    connecting: {
      description: 'The call is answered, and nothing can be heard yet.',
      tags: ['waiting'],
      after: { mediaGrace: dead },
      on: {
        // our first offer went out with the first candidates; a restart brings the peer all of them
        'leg.path.incomplete': { guard: 'canRenegotiate', actions: 'desireRestart' },
        'leg.path.interrupted': 'interrupted',
        'leg.path.failed': broken
      }
    },
    connected: {
      description: 'Media can flow both ways.',
      entry: { type: 'tell', params: { fact: { type: 'path.connected' } } },
      on: {
        'leg.path.connected': {},
        'leg.path.interrupted': 'interrupted',
        'leg.path.failed': broken,
        'leg.path.silent': { guard: and(['canRenegotiate', 'isPeerSending']), target: 'doubted' },
        'network.changed': { guard: 'canRenegotiate', target: 'doubted' },
        wake: { guard: 'canRenegotiate', target: 'doubted' }
      }
    },
    doubted: {
      description:
        'Said to stand, but there is reason to doubt it; an ICE restart decides, and doubt alone ends no call.',
      tags: ['waiting'],
      entry: ['desireRestart', { type: 'tell', params: { fact: { type: 'path.interrupted' } } }],
      // a peer may well have nothing to say; that the path is broken, ICE has had the time to find out
      after: { doubtDeadline: 'connected' },
      on: {
        'negotiation.failed': 'connected',
        'leg.path.interrupted': 'interrupted.restarting',
        'leg.path.failed': 'interrupted.restarting'
      }
    },
    interrupted: {
      description: 'Media has stopped; it may come back by itself or by an ICE restart.',
      tags: ['waiting'],
      entry: { type: 'tell', params: { fact: { type: 'path.interrupted' } } },
      initial: 'hoping',
      after: { mediaGrace: dead },
      states: {
        hoping: {
          description: 'Gives the path a moment to come back by itself.',
          after: { restartDelay: { guard: 'canRenegotiate', target: 'restarting' } },
          on: {
            'signalling.attached': { guard: 'canRenegotiate', target: 'restarting' },
            'network.changed': { guard: 'canRenegotiate', target: 'restarting' },
            'leg.path.failed': { guard: 'canRenegotiate', target: 'restarting' },
            'leg.path.interrupted': {}
          }
        },
        restarting: {
          description: 'An ICE restart is wanted, under way or done; the path has not come back yet.',
          entry: 'desireRestart',
          after: { restartDeadline: 'hoping' },
          on: { 'negotiation.failed': 'hoping', 'leg.path.failed': {}, 'leg.path.interrupted': {} }
        }
      }
    },
    stranded: {
      description:
        'The grace of the path is over, but nothing could be done about it: signalling has not come back yet.',
      on: { 'signalling.attached': broken }
    },
    failed: {
      description: 'The path did not come back within the grace.',
      entry: 'raiseDead'
    }
  }
})
