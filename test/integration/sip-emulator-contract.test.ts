import { emulatorBench } from '../contract/sip/emulator-bench.ts'
import { transportContract } from '../contract/transport-contract.ts'

transportContract('SIP on the emulator', emulatorBench())
transportContract('SIP on the emulator, without GRUUs', emulatorBench({ gruu: false }), ['losing'])
transportContract('SIP on the emulator, asked for a password for every call', emulatorBench({ inviteAuth: true }), [
  'placing'
])
