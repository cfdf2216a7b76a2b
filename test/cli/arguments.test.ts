import { expect, test } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'

test('without options an emulator is for Alice and Bob, on any port of this machine', () => {
  expect(readArguments(['emulate', 'sip'])).toEqual({
    kind: 'emulate',
    provider: 'sip',
    host: '127.0.0.1',
    port: 0,
    users: ['alice', 'bob']
  })
})

test('whoever asks for help gets it, whatever else is asked', () => {
  expect(readArguments(['dial', '-h', '--version'])).toEqual({ kind: 'help' })
})

test.each([
  [[], 'What is there to do?'],
  [['dial'], 'There is no command dial.'],
  [['emulate'], 'Which provider: sip, infobip, azstack?'],
  [['emulate', 'toString'], 'There is no provider toString: it is one of sip, infobip, azstack.'],
  [['emulate', 'sip', 'infobip'], 'One provider at a time; not infobip as well.'],
  [['emulate', 'sip', '--port', '65536'], 'Not a port: 65536'],
  [['emulate', 'sip', '--port', '1e3'], 'Not a port: 1e3'],
  [['emulate', 'sip', '--host', ''], 'An empty host is none.'],
  [['emulate', 'sip', '--user', 'al'], 'Not a name for a user: al'],
  [['emulate', 'sip', '--user', 'busy'], 'Not a name for a user: busy'],
  [['emulate', 'sip', '--prot', '1'], `Unknown option '--prot'.`]
])('%j is answered with what is wrong', (args, sentence) => {
  expect(readArguments(args)).toEqual({ kind: 'wrong', sentence })
})
