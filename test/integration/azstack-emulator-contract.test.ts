import { azstackBench } from '../contract/azstack/emulator-bench.ts'
import { transportContract } from '../contract/transport-contract.ts'

transportContract('AZStack on the emulator', azstackBench)
