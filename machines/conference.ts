import { conferenceSetup, notBrought, notOpened, reasons } from './conference-setup.ts'
import type { Failure } from './failure.ts'

type Named = { event: { member: string } }
const params = ({ event }: Named) => event
const because =
  (cause: Failure) =>
  ({ event }: Named) => ({ member: event.member, cause })

const wants = { type: 'noteWanted', params: ({ event }: { event: { members: readonly string[] } }) => event } as const

/** Everybody is an ordinary call again; `cause` is for those who were still to join. */
const dissolve = (cause: Failure) =>
  ['releaseAll', { type: 'tellAllLeftOut', params: { cause } }, 'tellAllLeft', 'forgetAll', 'sendClose'] as const

const leaves = [
  { type: 'noteLeft', params },
  { type: 'release', params },
  { type: 'tellLeft', params }
] as const
const staysOut = (cause: Failure) =>
  [
    { type: 'noteLeftOut', params },
    { type: 'release', params },
    { type: 'tellLeftOut', params: because(cause) }
  ] as const

type Successor = { event: { member: string; by: string } }
const isReplaced = [
  { type: 'noteReplaced', params: ({ event }: Successor) => event },
  { type: 'replace', params: ({ event }: Successor) => event },
  { type: 'tellReplaced', params: ({ event }: Successor) => event }
] as const

const left = { guard: { type: 'isMember', params }, target: '.settling', actions: leaves } as const

/** Several calls in which everybody hears everybody else: who is in, who is about to be, and whether sound is mixed. */
export const conferenceMachine = conferenceSetup.createMachine({
  id: 'conference',
  context: { members: [], wanted: [] },
  invoke: { id: 'floor', src: 'floor' },
  initial: 'idle',
  states: {
    idle: {
      description: 'Every call is by itself, and nothing is mixed.',
      on: { join: { target: 'opening', actions: wants } }
    },
    opening: {
      description: 'The mixer is being opened; the calls are as they were.',
      tags: ['waiting'],
      entry: 'sendOpen',
      after: { openDeadline: { target: 'idle', actions: dissolve(notOpened) } },
      on: {
        join: { actions: wants },
        split: { target: 'idle', actions: dissolve(reasons.parted) },
        'mixer.opened': [
          { guard: 'wouldBeAlone', target: 'idle', actions: dissolve(reasons.alone) },
          { target: 'mixing' }
        ],
        'mixer.failed': {
          target: 'idle',
          actions: [
            'releaseAll',
            { type: 'tellAllLeftOut', params: ({ event }) => event },
            'tellAllLeft',
            'forgetAll',
            'sendClose'
          ]
        },
        leave: { guard: { type: 'isWanted', params }, actions: staysOut(reasons.parted) },
        'member.over': { guard: { type: 'isWanted', params }, actions: staysOut(reasons.over) },
        'member.replaced': { guard: { type: 'isWanted', params }, actions: isReplaced }
      }
    },
    mixing: {
      description: 'Those who have joined hear one another.',
      initial: 'settling',
      on: {
        join: { target: '.settling', actions: wants },
        split: { target: 'idle', actions: dissolve(reasons.parted) },
        leave: left,
        'member.over': left,
        'member.replaced': { guard: { type: 'isIn', params }, target: '.settling', actions: isReplaced },
        'mixer.failed': {
          target: 'idle',
          actions: [
            'releaseAll',
            { type: 'tellAllLeftOut', params: ({ event }) => event },
            'tellAllLeft',
            'forgetAll',
            'sendClose'
          ]
        }
      },
      states: {
        settling: {
          description: 'Sees who is next.',
          always: [
            { guard: 'wouldBeAlone', target: '#conference.idle', actions: dissolve(reasons.alone) },
            { guard: 'hasNext', target: 'bringing' },
            { target: 'together' }
          ]
        },
        bringing: {
          description: 'One more is to join, and goes on talking first if it is held. The others talk already.',
          tags: ['waiting'],
          entry: 'bringNext',
          after: {
            bringDeadline: {
              target: 'settling',
              actions: ['releaseNext', { type: 'tellNextLeftOut', params: { cause: notBrought } }, 'noteNextLeftOut']
            }
          },
          on: {
            // it is being brought already
            join: { actions: wants },
            'member.ready': { guard: { type: 'isNext', params }, actions: { type: 'connect', params } },
            'member.connected': {
              guard: { type: 'isNext', params },
              target: 'settling',
              actions: [
                { type: 'noteJoined', params },
                { type: 'tellJoined', params }
              ]
            },
            'member.failed': {
              guard: { type: 'isNext', params },
              target: 'settling',
              actions: [
                { type: 'noteLeftOut', params },
                { type: 'release', params },
                { type: 'tellLeftOut', params: ({ event }) => event }
              ]
            },
            leave: [
              { guard: { type: 'isNext', params }, target: 'settling', actions: staysOut(reasons.parted) },
              { guard: { type: 'isWanted', params }, actions: staysOut(reasons.parted) },
              { guard: { type: 'isMember', params }, actions: leaves }
            ],
            'member.replaced': [
              { guard: { type: 'isNext', params }, target: 'settling', actions: isReplaced },
              { guard: { type: 'isIn', params }, actions: isReplaced }
            ],
            'member.over': [
              { guard: { type: 'isNext', params }, target: 'settling', actions: staysOut(reasons.over) },
              { guard: { type: 'isWanted', params }, actions: staysOut(reasons.over) },
              { guard: { type: 'isMember', params }, actions: leaves }
            ]
          }
        },
        together: { description: 'Everybody who was to join has, and hears the others.' }
      }
    }
  }
})
