import type { CallContext, CallEvent } from '../../../machines/index.ts'
import type { CallEnd, ConnectionContext, ConnectionEvent, Failure } from '../../../machines/index.ts'
import type { RegistrationContext, RegistrationEvent } from '../../../machines/index.ts'
import { recordingSamples } from './recording-samples.ts'

/**
 * One event of each type and of each kind that matters, made to fit the moment: `''` is the plain one. The compiler
 * holds the lists complete: an event type without a sample, or a sample of no event type, does not compile.
 */
export type Samples<TContext, TEvent extends { readonly type: string }> = {
  readonly [TType in TEvent['type']]: Readonly<
    Record<string, (context: TContext) => Extract<TEvent, { readonly type: TType }>>
  >
}

const gone: Failure = { code: 'connection.lost', text: 'The socket closed' }
const refused: Failure = { code: 'connection.refused', text: 'The account does not exist' }

export const connectionSamples: Samples<ConnectionContext, ConnectionEvent> = {
  connect: { '': () => ({ type: 'connect' }) },
  disconnect: { '': () => ({ type: 'disconnect' }) },
  'network.online': { '': () => ({ type: 'network.online' }) },
  'network.offline': { '': () => ({ type: 'network.offline' }) },
  'network.changed': { '': () => ({ type: 'network.changed' }) },
  wake: { '': () => ({ type: 'wake' }) },
  'calls.begun': { '': () => ({ type: 'calls.begun' }) },
  'calls.over': { '': () => ({ type: 'calls.over' }) },
  'transport.opened': {
    '': ({ attempt }) => ({ type: 'transport.opened', attempt, identity: 'sip:me@example.org' }),
    stale: ({ attempt }) => ({ type: 'transport.opened', attempt: attempt - 1, identity: 'sip:me@example.org' })
  },
  'transport.closed': {
    '': ({ attempt }) => ({ type: 'transport.closed', attempt, permanent: false, cause: gone }),
    permanent: ({ attempt }) => ({ type: 'transport.closed', attempt, permanent: true, cause: refused }),
    stale: ({ attempt }) => ({ type: 'transport.closed', attempt: attempt - 1, permanent: true, cause: refused })
  },
  'transport.silent': { '': () => ({ type: 'transport.silent' }) },
  'transport.proved': {
    '': ({ probe }) => ({ type: 'transport.proved', attempt: probe }),
    stale: ({ probe }) => ({ type: 'transport.proved', attempt: probe - 1 })
  }
}

const forbidden: Failure = { code: 'registration.forbidden', text: 'Forbidden', provider: { code: 403 } }
const rejected: Failure = { code: 'registration.rejected', text: 'Busy everywhere', provider: { code: 500 } }

export const registrationSamples: Samples<RegistrationContext, RegistrationEvent> = {
  register: { '': () => ({ type: 'register' }) },
  unregister: { '': () => ({ type: 'unregister' }) },
  wake: { '': () => ({ type: 'wake' }) },
  'transport.opened': {
    '': ({ connection }) => ({ type: 'transport.opened', attempt: connection + 1, identity: 'sip:me@example.org' }),
    stale: ({ connection }) => ({ type: 'transport.opened', attempt: connection - 1, identity: 'sip:me@example.org' })
  },
  'transport.closed': {
    '': ({ connection }) => ({ type: 'transport.closed', attempt: connection, permanent: false, cause: gone }),
    stale: ({ connection }) => ({ type: 'transport.closed', attempt: connection - 1, permanent: false, cause: gone })
  },
  'transport.registered': {
    '': ({ attempt }) => ({ type: 'transport.registered', attempt, expires: 600 }),
    stale: ({ attempt }) => ({ type: 'transport.registered', attempt: attempt - 1, expires: 600 })
  },
  'transport.unregistered': {
    '': ({ attempt }) => ({ type: 'transport.unregistered', attempt }),
    stale: ({ attempt }) => ({ type: 'transport.unregistered', attempt: attempt - 1 })
  },
  'transport.refused': {
    '': ({ attempt }) => ({ type: 'transport.refused', attempt, permanent: false, cause: rejected }),
    permanent: ({ attempt }) => ({ type: 'transport.refused', attempt, permanent: true, cause: forbidden }),
    stale: ({ attempt }) => ({ type: 'transport.refused', attempt: attempt - 1, permanent: true, cause: forbidden })
  }
}

const byPeer: CallEnd = { by: 'remote', reason: 'hangup' }
const notAcceptable: Failure = { code: 'negotiation.rejected', text: 'Not acceptable here', provider: { code: 488 } }
const collided: Failure = { code: 'negotiation.glare', text: 'Request pending', provider: { code: 491 } }
const denied: Failure = { code: 'media.denied', text: 'The browser refused the microphone' }
const noCamera: Failure = { code: 'media.no-device', text: 'There is no camera' }
const busy: Failure = { code: 'transfer.failed', text: 'Busy Here', provider: { code: 486 } }
const noTone: Failure = { code: 'dtmf.failed', text: 'The far end takes no digits' }

export const callSamples: Samples<CallContext, CallEvent> = {
  answer: { '': () => ({ type: 'answer' }) },
  reject: { '': () => ({ type: 'reject' }), busy: () => ({ type: 'reject', reason: 'busy' }) },
  hangup: { '': () => ({ type: 'hangup' }) },
  abandon: { '': () => ({ type: 'abandon', end: { by: 'local', reason: 'hangup' } }) },
  hold: { '': () => ({ type: 'hold' }) },
  resume: { '': () => ({ type: 'resume' }) },
  mute: { '': () => ({ type: 'mute' }) },
  unmute: { '': () => ({ type: 'unmute' }) },
  enableVideo: {
    '': () => ({ type: 'enableVideo' }),
    screen: () => ({ type: 'enableVideo', video: 'screen' }),
    receive: () => ({ type: 'enableVideo', video: 'receive' })
  },
  disableVideo: { '': () => ({ type: 'disableVideo' }) },
  refuseVideo: { '': () => ({ type: 'refuseVideo' }) },
  muteCamera: { '': () => ({ type: 'muteCamera' }) },
  unmuteCamera: { '': () => ({ type: 'unmuteCamera' }) },
  dtmf: {
    '': ({ attempts, digits }) => ({
      type: 'dtmf',
      digits: ['1', '2'].map((tone) => ({
        command: `${attempts.dtmf}/${digits.length}`,
        tone,
        duration: 100,
        gap: 70
      }))
    })
  },

  ...recordingSamples,
  transfer: {
    '': () => ({ type: 'transfer', target: 'sip:carol@example.org' }),
    attended: () => ({ type: 'transfer', target: 'sip:carol@example.org', replaces: 'two' })
  },
  consult: { '': () => ({ type: 'consult', target: 'sip:carol@example.org' }) },
  acceptTransfer: { '': () => ({ type: 'acceptTransfer' }) },
  declineTransfer: { '': () => ({ type: 'declineTransfer' }) },
  'consultation.ended': { '': () => ({ type: 'consultation.ended' }) },
  'handover.began': { '': () => ({ type: 'handover.began' }) },
  'handover.succeeded': { '': () => ({ type: 'handover.succeeded' }) },
  'handover.failed': { '': () => ({ type: 'handover.failed' }) },
  'referral.progressed': { '': () => ({ type: 'referral.progressed', status: 180 }) },
  'referral.succeeded': { '': () => ({ type: 'referral.succeeded' }) },
  'referral.failed': { '': () => ({ type: 'referral.failed', status: 486 }) },

  'connection.lost': { '': () => ({ type: 'connection.lost' }) },
  'connection.restored': { '': () => ({ type: 'connection.restored' }) },
  'network.changed': { '': () => ({ type: 'network.changed' }) },
  wake: {
    '': () => ({ type: 'wake', slept: 10_000 }),
    'long asleep': () => ({ type: 'wake', slept: 3_600_000 })
  },

  'media.ready': {
    '': ({ attempts }) => ({ type: 'media.ready', attempt: attempts.media }),
    video: ({ attempts }) => ({ type: 'media.ready', attempt: attempts.media, video: 'on' }),
    stale: ({ attempts }) => ({ type: 'media.ready', attempt: attempts.media - 1 })
  },
  'media.failed': {
    '': ({ attempts }) => ({ type: 'media.failed', attempt: attempts.media, cause: denied }),
    stale: ({ attempts }) => ({ type: 'media.failed', attempt: attempts.media - 1, cause: denied })
  },

  'media.camera.ready': {
    '': ({ attempts }) => ({ type: 'media.camera.ready', attempt: attempts.camera, video: 'on' }),
    'no camera': ({ attempts }) => ({ type: 'media.camera.ready', attempt: attempts.camera, video: 'receive' }),
    stale: ({ attempts }) => ({ type: 'media.camera.ready', attempt: attempts.camera - 1, video: 'on' })
  },
  'media.camera.failed': {
    '': ({ attempts }) => ({ type: 'media.camera.failed', attempt: attempts.camera, cause: noCamera }),
    stale: ({ attempts }) => ({ type: 'media.camera.failed', attempt: attempts.camera - 1, cause: noCamera })
  },
  'media.camera.ended': { '': () => ({ type: 'media.camera.ended' }) },

  'leg.ringing': { '': () => ({ type: 'leg.ringing', earlyMedia: true }) },
  'leg.answered': {
    '': () => ({ type: 'leg.answered' }),
    video: ({ desired }) => ({ type: 'leg.answered', video: desired.video, peerVideo: desired.video !== 'off' })
  },
  'leg.rejected': { '': () => ({ type: 'leg.rejected', end: { by: 'remote', reason: 'busy', code: 486 } }) },
  'leg.cancelled': {
    '': () => ({ type: 'leg.cancelled', answeredElsewhere: false }),
    'answered elsewhere': () => ({ type: 'leg.cancelled', answeredElsewhere: true })
  },
  'leg.ended': { '': () => ({ type: 'leg.ended', end: byPeer }) },
  'leg.failed': { '': () => ({ type: 'leg.failed', cause: { code: 'engine.failed', text: 'The adapter threw' } }) },

  // video that is agreed stays in whatever else the peer offers
  'leg.offer.received': {
    '': ({ agreed }) => ({ type: 'leg.offer.received', video: agreed.video }),
    video: () => ({ type: 'leg.offer.received', video: 'on' }),
    'video, theirs': () => ({ type: 'leg.offer.received', video: 'receive' }),
    'no video': () => ({ type: 'leg.offer.received', video: 'off' })
  },
  'leg.offer.accepted': {
    '': ({ attempts, offered }) => ({
      type: 'leg.offer.accepted',
      attempt: attempts.offer,
      granted: offered,
      peerHolds: false
    }),
    'peer video': ({ attempts, offered }) => ({
      type: 'leg.offer.accepted',
      attempt: attempts.offer,
      granted: offered,
      peerHolds: false,
      peerVideo: offered.video !== 'off'
    }),
    'video later': ({ attempts, offered }) => ({
      type: 'leg.offer.accepted',
      attempt: attempts.offer,
      granted: { ...offered, video: offered.video === 'off' ? 'off' : 'inactive' },
      peerHolds: false
    }),
    'peer holds': ({ attempts, offered }) => ({
      type: 'leg.offer.accepted',
      attempt: attempts.offer,
      granted: offered,
      peerHolds: true
    }),
    'not granted': ({ attempts, agreed }) => ({
      type: 'leg.offer.accepted',
      attempt: attempts.offer,
      granted: agreed,
      peerHolds: false
    }),
    stale: ({ attempts, offered }) => ({
      type: 'leg.offer.accepted',
      attempt: attempts.offer - 1,
      granted: { ...offered, hold: !offered.hold },
      peerHolds: true
    })
  },
  'leg.offer.refused': {
    '': ({ attempts }) => ({ type: 'leg.offer.refused', attempt: attempts.offer, glare: false, cause: notAcceptable }),
    glare: ({ attempts }) => ({ type: 'leg.offer.refused', attempt: attempts.offer, glare: true, cause: collided }),
    stale: ({ attempts }) => ({
      type: 'leg.offer.refused',
      attempt: attempts.offer - 1,
      glare: false,
      cause: notAcceptable
    })
  },
  'leg.offer.answered': {
    '': ({ offered }) => ({ type: 'leg.offer.answered', peerHolds: false, video: offered.video }),
    'peer video': ({ offered }) => ({
      type: 'leg.offer.answered',
      peerHolds: false,
      video: offered.video,
      peerVideo: offered.video === 'receive' || offered.video === 'on'
    }),
    'peer holds': ({ offered }) => ({ type: 'leg.offer.answered', peerHolds: true, video: offered.video })
  },
  'leg.offer.failed': { '': () => ({ type: 'leg.offer.failed', cause: notAcceptable }) },

  'leg.verified': {
    '': ({ attempts }) => ({ type: 'leg.verified', attempt: attempts.verify }),
    stale: ({ attempts }) => ({ type: 'leg.verified', attempt: attempts.verify - 1 })
  },
  'leg.gone': {
    '': ({ attempts }) => ({ type: 'leg.gone', attempt: attempts.verify }),
    stale: ({ attempts }) => ({ type: 'leg.gone', attempt: attempts.verify - 1 })
  },
  'leg.path.connected': { '': () => ({ type: 'leg.path.connected' }) },
  'leg.path.interrupted': { '': () => ({ type: 'leg.path.interrupted' }) },
  'leg.path.failed': { '': () => ({ type: 'leg.path.failed' }) },
  'leg.path.silent': { '': () => ({ type: 'leg.path.silent' }) },
  'leg.path.incomplete': { '': () => ({ type: 'leg.path.incomplete' }) },
  'leg.dtmf.sent': {
    '': ({ attempts }) => ({ type: 'leg.dtmf.sent', attempt: attempts.dtmf }),
    stale: ({ attempts }) => ({ type: 'leg.dtmf.sent', attempt: attempts.dtmf - 1 })
  },
  'leg.dtmf.failed': {
    '': ({ attempts }) => ({ type: 'leg.dtmf.failed', attempt: attempts.dtmf, cause: noTone }),
    stale: ({ attempts }) => ({ type: 'leg.dtmf.failed', attempt: attempts.dtmf - 1, cause: noTone })
  },
  'leg.dtmf.received': { '': () => ({ type: 'leg.dtmf.received', tone: '5', duration: 100 }) },
  'leg.refer.accepted': {
    '': ({ attempts }) => ({ type: 'leg.refer.accepted', attempt: attempts.refer }),
    stale: ({ attempts }) => ({ type: 'leg.refer.accepted', attempt: attempts.refer - 1 })
  },
  'leg.refer.rejected': {
    '': ({ attempts }) => ({ type: 'leg.refer.rejected', attempt: attempts.refer, cause: busy }),
    stale: ({ attempts }) => ({ type: 'leg.refer.rejected', attempt: attempts.refer - 1, cause: busy })
  },
  'leg.refer.progress': {
    '': ({ attempts }) => ({ type: 'leg.refer.progress', attempt: attempts.refer, status: 180 }),
    stale: ({ attempts }) => ({ type: 'leg.refer.progress', attempt: attempts.refer - 1, status: 180 })
  },
  'leg.refer.succeeded': {
    '': ({ attempts }) => ({ type: 'leg.refer.succeeded', attempt: attempts.refer }),
    stale: ({ attempts }) => ({ type: 'leg.refer.succeeded', attempt: attempts.refer - 1 })
  },
  'leg.refer.failed': {
    '': ({ attempts }) => ({ type: 'leg.refer.failed', attempt: attempts.refer, cause: busy }),
    stale: ({ attempts }) => ({ type: 'leg.refer.failed', attempt: attempts.refer - 1, cause: busy })
  },
  'leg.refer.received': {
    '': () => ({
      type: 'leg.refer.received',
      refer: '7',
      target: 'sip:carol@example.org',
      replaces: 'call;to-tag=1;from-tag=2',
      referredBy: { address: 'sip:bob@example.org' }
    })
  },
  'leg.media': { '': () => ({ type: 'leg.media' }) },

  'negotiation.settled': { '': () => ({ type: 'negotiation.settled' }) },
  'negotiation.failed': { '': () => ({ type: 'negotiation.failed', cause: notAcceptable }) },
  'signalling.attached': { '': () => ({ type: 'signalling.attached' }) },
  'network.dead': { '': () => ({ type: 'network.dead' }) },
  'call.over': { '': () => ({ type: 'call.over' }) }
}
