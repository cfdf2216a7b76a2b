import { callSetup } from './setup.ts'

const broken = [
  { guard: 'canRenegotiate', target: '#call.progress.established.path.interrupted.restarting' },
  { target: '#call.progress.established.path.interrupted' }
] as const
const dead = { target: '#call.progress.established.path.failed' } as const

/**
 * Whether media can flow (ICE and DTLS; RFC 8445). A path that breaks is repaired by an ICE restart, which negotiation
 * carries out; only when that has not helped for the whole grace does the call end.
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
        'leg.path.failed': broken
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
    failed: {
      description: 'The path did not come back within the grace.',
      entry: 'raiseDead'
    }
  }
})
