/**
 * What 2.6.1 speaks: every call is one to an application, and lives on when its connection is lost. To be given to
 * `infobipTransport` as `dialect`.
 */
import type { Dialect } from './dialect.ts'
import { resuming } from './resuming.ts'
import { applicationEventSchemas, heartbeat, parseEvent, serialise } from './wire.ts'
import type { ApplicationAction, ApplicationEvent, ClientAction, GatewayEvent, Placing } from './wire.ts'

export const dialect261: Dialect = {
  version: '2.6.1',
  heartbeat: { ...heartbeat, deadline: 15_000 },
  // the only two that are elsewhere
  hostOf: (location) => (/^iop[12]$/.test(location ?? '') ? `portunus-${location}.ioinfobip.com` : undefined),
  say: (action) => serialise(inApplicationWords(action)),
  hear(text) {
    const frame = parseEvent(text, applicationEventSchemas)
    return frame.kind === 'message' ? { kind: 'message', message: fromApplicationWords(frame.message) } : frame
  },
  resuming,
  reasons: {
    hangup: [10_000, 10_002, 10_003],
    'answered-elsewhere': [10_001],
    media: [10_100, 10_101, 10_102, 10_103],
    'no-answer': [10_200],
    busy: [10_201],
    cancelled: [10_202],
    declined: [10_203],
    forbidden: [10_300, 10_302],
    'payment-required': [10_301],
    'not-found': [10_303],
    unavailable: [10_304, 10_309],
    'invalid-number': [10_305],
    protocol: [10_306],
    timeout: [10_307],
    network: [10_308]
  }
}

/** What 0.4.1 says, as 2.6.1 says it. */
function inApplicationWords(action: ClientAction): ClientAction | ApplicationAction {
  const { action: name } = action
  if (name === 'call' || name === 'video_call' || name === 'pstn_call') return applicationCall(action)
  if (name === 'info') return { action: 'mute', callId: action.callId, muted: action.type === 'USER_MUTED' }
  if (name !== 'call_response') return action
  const { callId } = action
  if (action.status === 'decline') {
    return { action: 'application_call_decline', callId, declineType: action.code === 486 ? 'BUSY' : 'ERROR' }
  }
  const { description } = action
  return { action: 'application_call_accept', callId, description, media, autoReconnect: true }
}

/** The event of 0.4.1 that says the same; null for what has no part in a call between two. */
function fromApplicationWords(event: GatewayEvent | ApplicationEvent): GatewayEvent | null {
  if (event.event === 'application_call') {
    const { callId, caller, description, customData = {} } = event
    return { event: 'call', callId, caller, description, customData }
  }
  return isOfDialogs(event) ? null : event
}

function isOfDialogs(
  event: GatewayEvent | ApplicationEvent
): event is Exclude<ApplicationEvent, { event: 'application_call' }> {
  return event.event.startsWith('dialog_') || event.event === 'participant_media_changed'
}

const media = { audio: { muted: false } }

function applicationCall(placing: Extract<Placing, { destination: string }>): ApplicationAction {
  const { action, callId, destination, description, from, customData } = placing
  return {
    action: 'application_call',
    callId,
    destination,
    applicationId: 'WEBRTC',
    callsConfigurationId: 'WEBRTC',
    platform: {},
    description,
    customData: (customData ?? {}) as Record<string, string>,
    internalCustomData: {
      to: destination,
      type: action === 'pstn_call' ? 'PHONE_NUMBER' : 'WEBRTC',
      withDialog: 'true',
      ...(from !== undefined && { from })
    },
    media,
    autoReconnect: true
  }
}
