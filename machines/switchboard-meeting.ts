import type { Named } from './switchboard-model.ts'
import { switchboardSetup } from './switchboard-setup.ts'

const params = ({ event }: { event: Named }) => event

/**
 * Two who call each other at the same time. Both ends compare the same two names: the call of the lesser one remains.
 * Who has to answer does so at once; who has to wait keeps the other call up its sleeve, for peers that know no such rule.
 */
export const meeting = switchboardSetup.createStateConfig({
  description: 'Whether somebody calls us whom we are calling.',
  initial: 'none',
  states: {
    none: {
      description: 'Nobody we call calls us.',
      on: {
        'call.incoming': [
          {
            guard: { type: 'ourCallRemains', params: ({ event }) => event },
            target: 'waiting',
            actions: [
              { type: 'noteMeeting', params: ({ event }) => event },
              { type: 'keepTheirs', params: ({ event }) => event },
              { type: 'tellMet', params: { remains: 'ours' } }
            ]
          },
          {
            guard: { type: 'theirCallRemains', params: ({ event }) => event },
            target: 'answering',
            actions: [
              { type: 'noteMeeting', params: ({ event }) => event },
              { type: 'keepTheirs', params: ({ event }) => event },
              { type: 'tellMet', params: { remains: 'theirs' } }
            ]
          }
        ]
      }
    },
    waiting: {
      description: 'Ours is to remain: theirs is kept until ours is answered, and is there if it will not be.',
      tags: ['waiting'],
      after: { meetingDeadline: 'answering' },
      on: {
        'call.established': {
          guard: { type: 'isOurs', params },
          target: 'none',
          actions: ['dropTheirs', 'forgetMeeting']
        },
        'call.ended': [
          {
            // who no longer wants to call them may still want to be called
            guard: { type: 'isOursGivenUp', params: ({ event }) => event },
            target: 'none',
            actions: ['noteTheirs', 'ringTheirs', 'forgetMeeting', 'arrange']
          },
          {
            guard: { type: 'isOurs', params },
            target: 'none',
            actions: ['noteTheirs', 'showTheirs', 'answerTheirs', 'forgetMeeting']
          },
          { guard: { type: 'isTheirs', params }, target: 'none', actions: 'forgetMeeting' }
        ]
      }
    },
    answering: {
      description: 'Theirs is being answered; ours goes when that is done.',
      tags: ['waiting'],
      entry: ['noteTheirs', 'showTheirs', 'answerTheirs'],
      after: { meetingAnswerDeadline: { target: 'none', actions: 'forgetMeeting' } },
      on: {
        'call.established': [
          { guard: { type: 'isTheirs', params }, target: 'none', actions: ['replaceOurs', 'forgetMeeting'] },
          { guard: { type: 'isOurs', params }, target: 'none', actions: ['dropTheirs', 'forgetMeeting'] }
        ],
        'call.ended': [
          { guard: { type: 'isOurs', params }, target: 'none', actions: 'forgetMeeting' },
          { guard: { type: 'isTheirs', params }, target: 'none', actions: 'forgetMeeting' }
        ]
      }
    }
  }
})
