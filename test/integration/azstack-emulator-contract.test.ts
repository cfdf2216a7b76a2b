import { azstackBench } from '../contract/azstack/emulator-bench.ts'
import { transportContract } from '../contract/transport-contract.ts'

// the other chapters are about registration, hold, digits and offers in a call: AZStack has none of them
transportContract('AZStack on the emulator', azstackBench, ['placing', 'receiving', 'leaving'])
