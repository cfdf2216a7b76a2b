import { startKamailioBench } from '../contract/sip/kamailio-bench.ts'
import { transportContract } from '../contract/transport-contract.ts'
import { describeWith } from '../support/needing.ts'

describeWith(['kamailio'], 'a real SIP server', () => {
  transportContract('SIP on Kamailio', () => startKamailioBench())
  transportContract('SIP on Kamailio, without GRUUs', () => startKamailioBench({ gruu: false }), ['losing'])
  transportContract(
    'SIP on Kamailio, asked for a password for every call',
    () => startKamailioBench({ inviteAuth: true }),
    ['placing']
  )
})
