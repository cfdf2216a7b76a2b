import { startEmulatorBench } from '../contract/sip/emulator-bench.ts'
import { transportContract } from '../contract/transport-contract.ts'

transportContract('SIP on the emulator', () => startEmulatorBench())
transportContract('SIP on the emulator, without GRUUs', () => startEmulatorBench({ gruu: false }), ['losing'])
transportContract(
  'SIP on the emulator, asked for a password for every call',
  () => startEmulatorBench({ inviteAuth: true }),
  ['placing']
)
