import {
  callMachine,
  captureMachine,
  conferenceMachine,
  connectionMachine,
  defaultBackoff,
  defaultSwitchboardPolicy,
  registrationMachine,
  switchboardMachine
} from '../../../machines/index.ts'
import type {
  CallContext,
  CallInput,
  Capabilities,
  CaptureContext,
  CaptureInput,
  ConferenceContext,
  ConnectionContext,
  RegistrationContext,
  SwitchboardContext
} from '../../../machines/index.ts'
import { captureSamples } from './capture-samples.ts'
import { conferenceSamples } from './conference-samples.ts'
import { callSamples, connectionSamples, registrationSamples } from './samples.ts'
import type { Ground } from './survey.ts'
import { switchboardSamples } from './switchboard-samples.ts'

export const everything: Capabilities = {
  registration: true,
  hold: true,
  renegotiate: true,
  video: true,
  dtmf: ['rtp', 'info'],
  recording: ['start', 'pause', 'resume', 'stop'],
  blindTransfer: true,
  attendedTransfer: true
}
export const nothing: Capabilities = {
  registration: false,
  hold: false,
  renegotiate: false,
  video: false,
  dtmf: [],
  recording: [],
  blindTransfer: false,
  attendedTransfer: false
}

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
  truths: ({ tries, policy, hasCalls }: ConnectionContext) => [
    hasCalls ? 'has calls' : 'has no calls',
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

export const conferenceGround: Ground = {
  machine: conferenceMachine,
  inputs: [undefined],
  samples: conferenceSamples,
  truths: ({ members, wanted }: ConferenceContext) => [
    `${Math.min(members.length, 3)} members, ${Math.min(wanted.length, 2)} to come`
  ]
}

export const callGround: Ground = {
  machine: callMachine,
  inputs: [
    outgoing,
    incoming,
    { ...outgoing, capabilities: nothing, transfer: { hold: true, incoming: 'accept' } },
    { ...incoming, succession: { of: 'zero', muted: true, held: true }, transfer: { hold: false, incoming: 'refuse' } },
    { ...incoming, wish: 'on' },
    { ...outgoing, videoPolicy: { onWish: 'accept', withoutCamera: 'receive' } }
  ],
  samples: callSamples,
  internal: ['negotiation.settled', 'negotiation.failed', 'signalling.attached', 'network.dead', 'call.over'],
  apart: [
    // video is a matter of what is agreed and of the connection
    [
      /\.video\.|^video /,
      /\.dtmf\.|\.path\.|\.hold\.|\.transfer\.|\.referral\.|microphone|digits|restart|^path|^peer|^hold|^policy/
    ],
    [/^camera\./, /established\.|microphone|^video|digits|restart|collisions|in doubt|^path|^peer|^hold|^policy/],
    // who is given to whom concerns hold and signalling, and nothing else
    [
      /\.transfer\.|^holds for/,
      /\.dtmf\.|\.path\.|\.hold\.remote|^call\.microphone|digits|restart|collisions|in doubt|^path|^peer/
    ],
    [
      /\.referral\.|^policy/,
      /established\.(?!referral|signalling)|microphone|digits|restart|collisions|in doubt|^path|^peer|^hold/
    ],
    // who records takes no notice of anything else but of whether the provider can be told
    [
      /\.recording\.|^recorded/,
      /established\.(?!recording|signalling)|microphone|hold|digits|restart|collisions|in doubt|^pa|^pe|^policy|^video|^camera/
    ]
  ],
  truths: ({
    capabilities,
    desired,
    offered,
    agreed,
    asked,
    wish,
    peerVideo,
    camera,
    collisions,
    isInDoubt,
    peerHolds,
    digits,
    pathIsUp,
    transfer,
    recording
  }: CallContext) => [
    `video desired ${desired.video}, agreed ${agreed.video}`,
    `video asked for ${asked !== 'off'}`,
    `video wished ${wish !== 'off'}`,
    `video theirs ${peerVideo}`,
    `video has a camera to return to ${camera !== null}`,
    `policy ${transfer.policy.incoming}`,
    `holds for a transfer ${transfer.holds}, consults ${transfer.consults}`,
    `hold is a capability: ${capabilities.hold}`,
    `hold desired ${desired.hold}, offered ${offered.hold}, agreed ${agreed.hold}`,
    `restart due ${desired.restarts !== agreed.restarts}, offered ${offered.restarts !== agreed.restarts}`,
    `${collisions} collisions`,
    `in doubt ${isInDoubt}`,
    `peer holds ${peerHolds}`,
    `${Math.min(digits.length, 2)} digits`,
    `path up ${pathIsUp}`,
    `recorded by ${recording.by}`
  ]
}

const board = { ...defaultSwitchboardPolicy, maxCalls: 3 }

export const switchboardGround: Ground = {
  machine: switchboardMachine,
  inputs: [
    { policy: board },
    { policy: { ...board, whenHoldFails: 'refuse', resumeNext: true } },
    { policy: { ...board, autoHold: false } },
    { policy: { ...board, meetCalls: false } }
  ],
  samples: switchboardSamples,
  truths: ({ calls, current, joined, claim, meeting, policy }: SwitchboardContext) => [
    `${joined.length} joined${current !== null && joined.includes(current) ? ', the user with them' : ''}`,
    `${Math.min(calls.length, 4)} calls`,
    `policy ${policy.autoHold} ${policy.whenHoldFails} ${policy.meetCalls}`,
    `current ${standing(calls.find(({ id }) => id === current))}`,
    `another ${standing(calls.find(({ id }) => id !== current))}`,
    `claim ${claim === null ? 'none' : claim.target === null ? 'of a call' : 'to dial'}`,
    `we meet ${meeting !== null}`,
    `we call ${calls.find((call) => call.direction === 'outgoing' && !call.isEstablished)?.address ?? 'nobody'}`
  ]
}

function standing(call: SwitchboardContext['calls'][number] | undefined): string {
  if (call === undefined) return 'none'
  return `${call.direction} ${call.isEstablished ? (call.isHeld ? 'held' : 'talking') : 'in set-up'}`
}
