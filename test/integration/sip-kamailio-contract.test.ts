import { kamailioBench } from '../contract/sip/kamailio-bench.ts'
import { transportContract } from '../contract/transport-contract.ts'
import { describeWith } from '../support/needing.ts'

describeWith(['kamailio'], 'a real SIP server', () => {
  transportContract('SIP on Kamailio', kamailioBench())
  transportContract('SIP on Kamailio, without GRUUs', kamailioBench({ gruu: false }), ['losing'])
  transportContract('SIP on Kamailio, asked for a password for every call', kamailioBench({ inviteAuth: true }), [
    'placing'
  ])
})
