/**
 * What every adapter promises, as far as this provider can: it has no registration beside the connection, no hold, and
 * with 0.4.1 no calls that outlive their connection. What is its own is tried in the tests beside this one.
 */
import { transportContract } from '../../contract/transport-contract.ts'
import { startInfobipBench } from './support/bench.ts'

transportContract('Infobip, as 0.4.1', () => startInfobipBench(), ['placing', 'receiving', 'talking'])

transportContract('Infobip, as 2.6.1', () => startInfobipBench({}, { dialect: '2.6.1' }), [
  'placing',
  'receiving',
  'leaving'
])
