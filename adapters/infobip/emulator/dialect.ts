/**
 * Clients of 2.x place and take calls in words of their own. The gateway works in those of 1.x, which every other
 * client speaks; what differs is translated here, where it comes in and where it goes out.
 */
import type { ApplicationAction, ApplicationEvents, ClientAction, GatewayEvent, Status } from '../wire.ts'

/** Null for what has no counterpart: nothing comes of it. */
export function fromApplication(action: ApplicationAction): ClientAction | null {
  const { callId } = action
  switch (action.action) {
    case 'application_call': {
      const { internalCustomData, description, customData = {} } = action
      if (internalCustomData?.type === 'ROOM') return null
      return {
        // A phone number and an identity are told apart by nothing else.
        action: internalCustomData?.type === 'PHONE_NUMBER' ? 'pstn_call' : 'call',
        callId,
        correlationId: callId,
        destination: action.destination,
        description,
        customData,
        ...(internalCustomData?.from && { from: internalCustomData.from })
      }
    }
    case 'application_call_accept':
      return { action: 'call_response', callId, status: 'accept', description: action.description }
    case 'application_call_decline':
      return { action: 'call_response', callId, status: 'decline', code: action.declineType === 'BUSY' ? 486 : 480 }
    case 'mute':
      return { action: 'info', callId, type: action.muted ? 'USER_MUTED' : 'USER_UNMUTED', content: {} }
    case 'network_quality_changed':
      return {
        action: 'info',
        callId,
        type: 'REMOTE_NETWORK_QUALITY',
        content: { networkQuality: action.networkQuality }
      }
  }
}

/** `to` is whom it is sent to. */
export function toApplication(event: GatewayEvent, to: string): GatewayEvent | ApplicationEvents['application_call'] {
  if (event.event === 'call') {
    return {
      event: 'application_call',
      callId: event.callId,
      caller: event.caller,
      callsConfigurationId: 'WEBRTC',
      internalCustomData: {
        type: 'WEBRTC',
        to,
        withDialog: 'true',
        ...(/^m=video/m.test(event.description.sdp) && { isVideo: 'true' })
      },
      customData: event.customData ?? {},
      description: event.description
    }
  }
  if ((event.event === 'hangup' || event.event === 'call-error') && event.status) {
    return { ...event, status: toApplicationStatus(event.status) }
  }
  return event
}

const STATUSES: Readonly<Record<string, readonly [id: number, name: string]>> = {
  0: [10_000, 'NORMAL_HANGUP'],
  5002: [10_201, 'BUSY'],
  5003: [10_200, 'NO_ANSWER'],
  5402: [10_301, 'INSUFFICIENT_FUNDS'],
  5403: [10_300, 'FORBIDDEN'],
  5404: [10_303, 'DESTINATION_NOT_FOUND'],
  5408: [10_307, 'REQUEST_TIMEOUT'],
  5480: [10_304, 'DESTINATION_UNAVAILABLE'],
  5484: [10_305, 'INVALID_DESTINATION'],
  5487: [10_202, 'CANCELLED'],
  5488: [10_103, 'MEDIA_ERROR'],
  5503: [10_309, 'SERVICE_UNAVAILABLE'],
  5603: [10_203, 'REJECTED'],
  10308: [10_308, 'NETWORK_ERROR']
}

function toApplicationStatus({ id, description }: Status): Status {
  const [code, name] = STATUSES[id] ?? [10_310, 'UNKNOWN']
  return { id: String(code), name, description }
}
