import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import {
  actionSchemas,
  applicationActionSchemas,
  conferenceActionSchemas,
  conferenceEventSchemas,
  eventSchemas,
  parseAction,
  applicationEventSchemas,
  parseEvent as parseGatewayEvent,
  serialise
} from '../../../adapters/infobip/wire.ts'
import type { Frame } from '../../../adapters/infobip/wire.ts'

/** In the words of every client. */
const parseEvent = (text: string) => parseGatewayEvent(text, applicationEventSchemas)

const CALL = '7f0f7f0e-4a5b-4c6d-8e9f-0a1b2c3d4e5f'
const CORRELATION = '1d2c3b4a-5e6f-4a7b-8c9d-0e1f2a3b4c5d'
const OFFER = { type: 'offer', sdp: 'v=0\r\n...' }
const ANSWER = { type: 'answer', sdp: 'v=0\r\n...' }
const CANDIDATE = {
  candidate: 'candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host generation 0 ufrag aB1c',
  sdpMid: '0',
  sdpMLineIndex: 0,
  usernameFragment: 'aB1c'
}
const placed = { callId: CALL, correlationId: CORRELATION, description: OFFER }
const STATUS = { id: 5403, name: 'EC_VOICE_ERROR_FORBIDDEN', description: 'Not allowed.' }
const BOB = {
  endpoint: { type: 'WEBRTC', identity: 'bob', displayName: 'Bob' },
  state: 'JOINED',
  disconnected: false,
  media: { audio: { muted: false, deaf: false } }
}

/** At least one of every message, as the reference has them. */
const ACTIONS = [
  { action: 'heartbeat' },
  { action: 'heartbeat_resp' },
  { action: 'destroy' },
  {
    action: 'call',
    ...placed,
    destination: 'bob',
    from: 'support',
    customData: { orderId: '42' },
    recording: false
  },
  { action: 'video_call', ...placed, destination: 'bob', recording: { audio: false, video: false } },
  { action: 'pstn_call', ...placed, destination: '+41793026727', from: '41793026731', viber: false },
  { action: 'sip_call', ...placed, destination: 'desk' },
  { action: 'dynamic_destination_call', ...placed, destination: null },
  { action: 'conversations_call', ...placed, destination: 'conversations' },
  { action: 'ice_candidate', callId: CALL, ice: CANDIDATE },
  { action: 'ice_candidate', callId: CALL, ice: { completed: true } },
  { action: 'call_response', callId: CALL, status: 'accept', description: ANSWER },
  { action: 'call_response', callId: CALL, status: 'decline', code: 486 },
  { action: 'call_response', callId: CALL, status: 'decline', code: 480, reason: 'NotAllowedError' },
  { action: 'update_call', callId: CALL, correlationId: CORRELATION, description: OFFER },
  { action: 'update_call', callId: CALL, correlationId: CORRELATION, description: ANSWER },
  { action: 'hangup', callId: CALL },
  { action: 'hangup', callId: CALL, reason: 'Normal call clearing' },
  { action: 'info', callId: CALL, type: 'USER_MUTED', content: {} },
  { action: 'info', callId: CALL, type: 'REMOTE_NETWORK_QUALITY', content: { networkQuality: 5 } },
  { action: 'dtmf_info', callId: CALL, digit: '12#', duration: 500 },
  { action: 'reconnect_application_call', callId: CALL, audioOffer: OFFER },
  { action: 'renegotiate_media', videoPublisherOffer: OFFER, iceRestart: true },

  {
    action: 'application_call',
    callId: CALL,
    destination: 'bob',
    applicationId: 'WEBRTC',
    callsConfigurationId: 'WEBRTC',
    platform: {},
    videoMode: 'PRESENTATION',
    description: OFFER,
    customData: {},
    internalCustomData: { to: 'bob', type: 'WEBRTC', withDialog: 'true', isVideo: 'true' },
    media: { audio: { muted: false }, video: { camera: true } },
    autoReconnect: false
  },
  {
    action: 'application_call',
    callId: CALL,
    destination: '41793026727',
    applicationId: 'WEBRTC',
    callsConfigurationId: 'WEBRTC',
    description: OFFER,
    internalCustomData: { to: '41793026727', from: null, type: 'PHONE_NUMBER', withDialog: 'true' }
  },
  { action: 'application_call_accept', callId: CALL, description: ANSWER, media: {}, autoReconnect: true },
  {
    action: 'application_call_decline',
    callId: CALL,
    declineType: 'BUSY',
    reason: 'Busy',
    declineOnAllDevices: false
  },
  { action: 'mute', callId: CALL, muted: true },
  { action: 'network_quality_changed', callId: CALL, networkQuality: 3 },

  { action: 'join_conference', callId: CALL, conferenceId: 'room1', description: OFFER },
  { action: 'ice_candidate_conference', callId: CALL, ice: CANDIDATE },
  { action: 'leave_conference', callId: CALL },
  { action: 'play_recording', recordingId: 'r1', correlationId: CORRELATION },
  { action: 'play_recording_start', identity: 'bob', description: ANSWER, correlationId: CORRELATION },
  { action: 'play_recording_ice', identity: 'bob', ice: CANDIDATE, correlationId: CORRELATION },
  { action: 'play_recording_stop', correlationId: CORRELATION }
]

const EVENTS = [
  {
    event: 'registered',
    identity: 'alice',
    iceServers: [{ urls: ['turn:turn.example.com:3478?transport=udp'], username: 'u1', credential: 'c1' }],
    apiUrl: 'api.example.com',
    loggerOptions: { period: 5000 },
    logLevel: 'ERROR',
    instanceHash: 'a1b2'
  },
  { event: 'registered', identity: 'alice' },
  { event: 'registration_failed', reason: 'Token expired.' },
  { event: 'heartbeat_resp' },
  { event: 'heartbeat' },
  {
    event: 'call',
    callId: CALL,
    correlationId: CORRELATION,
    caller: { identity: 'alice', displayName: 'Alice Example' },
    description: OFFER,
    customData: { orderId: '42' },
    recording: false
  },
  { event: 'call', callId: CALL, caller: { identity: '4179', displayName: null }, description: OFFER },
  { event: 'ringing', callId: CALL },
  { event: 'ringing' },
  { event: 'call_response', callId: CALL, description: ANSWER, isEarlyMedia: false },
  { event: 'call_accepted', callId: CALL },
  { event: 'trickle_ice', callId: CALL, candidate: CANDIDATE },
  { event: 'trickle_ice', callId: CALL, candidate: { completed: true } },
  { event: 'updating_call', callId: CALL, description: OFFER },
  { event: 'updated_call', callId: CALL },
  { event: 'hangup', callId: CALL, status: { id: 0, name: 'NO_ERROR', description: 'No Error.' } },
  { event: 'hangup', callId: CALL, status: { id: '10000', name: 'NORMAL_HANGUP' } },
  { event: 'call-error', callId: CALL, status: STATUS },
  { event: 'info', callId: CALL, type: 'USER_UNMUTED', content: {} },
  { event: 'call_reconnected', callId: CALL, description: ANSWER, callState: { recordingType: 'UNDEFINED' } },

  {
    event: 'application_call',
    callId: CALL,
    caller: { identity: 'alice', displayName: 'Alice' },
    callsConfigurationId: 'WEBRTC',
    internalCustomData: { type: 'WEBRTC' },
    customData: {},
    description: OFFER
  },
  { event: 'dialog_created', id: 'd1', participants: [BOB] },
  { event: 'dialog_established', id: 'd1', participants: [BOB], recordingType: 'AUDIO' },
  { event: 'dialog_finished', id: 'd1', status: STATUS },
  { event: 'participant_media_changed', endpoint: BOB.endpoint, media: BOB.media }
]

const OTHER_EVENTS = [
  { event: 'joined_conference', users: [{ identity: 'bob', displayName: 'Bob' }], description: ANSWER },
  { event: 'user_joined', user: { identity: 'dan', displayName: 'Dan' } },
  { event: 'user_left', identity: 'dan' },
  { event: 'user_talking', identity: 'dan' },
  { event: 'user_stopped_talking', identity: 'dan' },
  { event: 'left_conference' },
  { event: 'conference_error', status: STATUS },
  { event: 'play_recording_prepare', identity: 'dan', description: OFFER },
  { event: 'play_recording_finished' },
  { event: 'play_recording_error', status: STATUS }
]

/** A frame written and read once more; what is no message stays what it is. */
function again<Message extends Parameters<typeof serialise>[0]>(
  frame: Frame<Message>,
  parse: (text: string) => Frame<Message>
): Frame<Message> {
  return frame.kind === 'message' ? parse(serialise(frame.message)) : frame
}

describe('every message of the reference', () => {
  test.each(ACTIONS)('is read from a client and written as it was: $action', (action) => {
    const frame = parseAction(JSON.stringify(action))

    expect(frame).toEqual({ kind: 'message', message: action })
    expect(again(frame, parseAction)).toEqual(frame)
  })

  test.each(EVENTS)('is read from the gateway and written as it was: $event', (event) => {
    const frame = parseEvent(JSON.stringify(event))

    expect(frame).toEqual({ kind: 'message', message: event })
    expect(again(frame, parseEvent)).toEqual(frame)
  })

  const others: Record<string, v.GenericSchema> = conferenceEventSchemas

  test.each(OTHER_EVENTS)('has a schema: $event', (event) => {
    const schema = others[event.event]

    expect(schema && v.safeParse(schema, event)).toMatchObject({ success: true, output: event })
  })

  test('is here', () => {
    const names = (all: readonly object[]) => [...new Set(all.map((each) => Object.values(each)[0] as string))].sort()
    const actions = { ...actionSchemas, ...applicationActionSchemas, ...conferenceActionSchemas }

    expect(names(ACTIONS)).toEqual(Object.keys(actions).sort())
    expect(names(EVENTS)).toEqual(Object.keys({ ...eventSchemas, ...applicationEventSchemas }).sort())
    expect(names(OTHER_EVENTS)).toEqual(Object.keys(others).sort())
  })
})

describe('what is odd', () => {
  test('unknown fields are left out, but those of a candidate are kept', () => {
    const candidate = { ...CANDIDATE, foundation: 'f' }
    const text = JSON.stringify({ event: 'trickle_ice', callId: CALL, candidate, more: 1 })

    expect(parseEvent(text)).toEqual({ kind: 'message', message: { event: 'trickle_ice', callId: CALL, candidate } })
  })

  test.each(['joined_conference', 'hold', 'toString', 'constructor', '__proto__'])(
    'an event we have no word for is no fault: %s',
    (event) => {
      expect(parseEvent(`{"event":"${event}"}`)).toEqual({ kind: 'unknown', name: event })
    }
  )

  test('an event that comes with nothing is no event', () => {
    expect(parseEvent('{"__proto__":{"event":"ringing"}}')).toEqual({ kind: 'invalid', fault: 'no event' })
  })

  test('a fault says where, and nothing of what stood there', () => {
    const frame = parseEvent(JSON.stringify({ event: 'hangup', status: { id: { secret: 'eyJ' }, name: 'secret' } }))

    expect(frame).toMatchObject({ kind: 'invalid', fault: expect.stringContaining('hangup: status.id') })
    expect(JSON.stringify(frame)).not.toMatch(/secret|eyJ/)
  })
})

describe('whatever comes', () => {
  const examples = fc.constantFrom<object>(...ACTIONS, ...EVENTS, ...OTHER_EVENTS)
  /** A message of the protocol with one thing in it replaced. */
  const damaged = fc.tuple(examples, fc.nat(), fc.jsonValue()).map(([message, at, value]) => {
    const fields = Object.keys(message)
    return JSON.stringify({ ...message, [fields[at % fields.length] ?? '']: value })
  })
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    damaged,
    examples.map((each) => JSON.stringify(each).slice(0, -2))
  )

  test('is a message, unknown or a fault, and never thrown', () => {
    fc.assert(
      fc.property(text, (any) => {
        for (const frame of [parseAction(any), parseEvent(any)]) {
          expect(['message', 'unknown', 'invalid']).toContain(frame.kind)
          expect('fault' in frame ? frame.fault.length : 0).toBeLessThan(200)
        }
      }),
      { numRuns: 500 }
    )
  })

  test('what was read can be written and read again', () => {
    fc.assert(
      fc.property(text, (any) => {
        const [action, event] = [parseAction(any), parseEvent(any)]
        expect(again(action, parseAction)).toEqual(action)
        expect(again(event, parseEvent)).toEqual(event)
      }),
      { numRuns: 500 }
    )
  })

  test('however deep it is', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)

    expect(parseEvent(deep).kind).toBe('invalid')
    expect(parseEvent(`{"event":"info","type":"any","content":${deep}}`).kind).toMatch(/message|invalid/)
  })
})
