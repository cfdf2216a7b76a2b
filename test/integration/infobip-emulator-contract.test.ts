import { dialect261 } from '../../adapters/infobip/index.ts'
import { infobipBench } from '../contract/infobip/emulator-bench.ts'
import { transportContract } from '../contract/transport-contract.ts'

transportContract('Infobip on the emulator, as 0.4.1', infobipBench())
transportContract('Infobip on the emulator, as 2.6.1', infobipBench({ dialect: dialect261 }))
