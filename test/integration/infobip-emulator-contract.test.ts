import { infobipBench } from '../contract/infobip/emulator-bench.ts'
import { transportContract } from '../contract/transport-contract.ts'

// the other chapters are about registration, offers that are refused, and calls that outlive their connection
transportContract('Infobip on the emulator, as 0.4.1', infobipBench(), ['placing', 'receiving', 'talking'])
transportContract('Infobip on the emulator, as 2.6.1', infobipBench({ dialect: '2.6.1' }), [
  'placing',
  'receiving',
  'leaving'
])
