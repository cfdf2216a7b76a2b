import {
  callMachine,
  captureMachine,
  connectionMachine,
  defaultBackoff,
  registrationMachine
} from '../../../machines/index.ts'
import type {
  CallContext,
  CallInput,
  Capabilities,
  CaptureContext,
  CaptureInput,
  ConnectionContext,
  RegistrationContext
} from '../../../machines/index.ts'
import { callSamples, captureSamples, connectionSamples, registrationSamples } from './samples.ts'
import type { Ground } from './survey.ts'

export const everything: Capabilities = { registration: true, hold: true, renegotiate: true, dtmf: ['rtp', 'info'] }
export const nothing: Capabilities = { registration: false, hold: false, renegotiate: false, dtmf: [] }

export const outgoing: CallInput = {
  id: 'one',
  direction: 'outgoing',
  remote: { address: 'sip:bob@example.org' },
  capabilities: everything
}

export const incoming: CallInput = { ...outgoing, direction: 'incoming' }

export const connectionGround: Ground = {
  machine: connectionMachine,
  inputs: [{ policy: defaultBackoff }, { policy: { ...defaultBackoff, maxAttempts: 2 } }],
  samples: connectionSamples,
  truths: ({ tries, policy }: ConnectionContext) => [
    policy.maxAttempts === Infinity ? 'for ever' : 'a few times',
    tries < policy.maxAttempts ? 'may retry' : 'spent'
  ]
}

export const registrationGround: Ground = {
  machine: registrationMachine,
  inputs: [{ policy: defaultBackoff }, { policy: { ...defaultBackoff, maxAttempts: 2 } }],
  samples: registrationSamples,
  truths: ({ tries, policy }: RegistrationContext) => [
    policy.maxAttempts === Infinity ? 'for ever' : 'a few times',
    tries < policy.maxAttempts ? 'may retry' : 'spent'
  ]
}

export const captureInput: CaptureInput = {
  port: 'one',
  policy: { fallback: ['default', 'any'], returns: true },
  device: { deviceId: 'desk', label: 'Desk microphone' },
  present: ['desk', 'built-in']
}

export const captureGround: Ground = {
  machine: captureMachine,
  inputs: [captureInput, { ...captureInput, policy: { fallback: [], returns: false }, present: [] }],
  samples: captureSamples,
  truths: ({ policy, wanted, device, present, queue, kept, attempt }: CaptureContext) => [
    // together: it is all three that decide whether to go back
    [
      policy.returns ? 'returns' : 'stays away',
      device.deviceId === wanted ? 'what is wanted' : 'another one',
      present.includes(wanted) ? 'is there' : 'is gone'
    ].join(', '),
    queue.length === 0 ? 'nothing left' : 'more to try',
    kept === attempt ? 'proven' : 'not proven'
  ]
}

export const callGround: Ground = {
  machine: callMachine,
  inputs: [outgoing, incoming, { ...outgoing, capabilities: nothing }],
  samples: callSamples,
  internal: ['negotiation.settled', 'negotiation.failed', 'signalling.attached', 'network.dead', 'call.over'],
  truths: ({ capabilities, desired, offered, agreed, collisions, peerHolds, digits, pathIsUp }: CallContext) => [
    `hold is a capability: ${capabilities.hold}`,
    `hold desired ${desired.hold}, offered ${offered.hold}, agreed ${agreed.hold}`,
    `restart due ${desired.restarts !== agreed.restarts}, offered ${offered.restarts !== agreed.restarts}`,
    `${collisions} collisions`,
    `peer holds ${peerHolds}`,
    `${Math.min(digits.length, 2)} digits`,
    `path up ${pathIsUp}`
  ]
}
