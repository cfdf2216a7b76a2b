import { describe, expect, test } from 'vitest'
import { AZStack } from '../../../adapters/azstack/index.ts'
import { until } from '../../support/until.ts'
import { application, callout, noop, online, placed, statuses } from './support/application.ts'
import { number } from './support/phone.ts'

describe('the three ways of asking', () => {
  test('a connection is told to the callback, to the promise and to the delegate, in this order', async () => {
    const { azstack, server, told } = await application()
    const user = { azStackUserId: 'alice', userId: server.userId('alice'), fullname: 'alice' }
    const order: unknown[] = []

    const connected = azstack.connect((...answer) => order.push(['callback', ...answer]))
    order.push(['promise', await connected])

    expect(order).toEqual([
      ['callback', null, user],
      ['promise', user]
    ])
    expect(told).toEqual([['onAuthencationReturn', null, user]])
  })

  test('a failure as well, and a promise nobody looks at troubles nobody', async () => {
    const { azstack, told } = await application()
    const answers: unknown[] = []

    void azstack.stopCallout({}, (error, result) => answers.push([error?.code, result]))
    await expect(azstack.stopCallout({})).rejects.toMatchObject({ code: 'ERR_SOCKET_NOT_CONNECTED' })

    expect(answers).toEqual([['ERR_SOCKET_NOT_CONNECTED', null]])
    expect(told.map(([name]) => name)).toEqual(['onStopCalloutReturn', 'onStopCalloutReturn'])
  })

  test('an application that throws in its callbacks harms nobody', async () => {
    const { azstack } = await application()
    azstack.Delegates.onAuthencationReturn = () => {
      throw new Error('oops')
    }

    await azstack.connect(() => {
      throw new Error('oops')
    })

    await expect(azstack.connect()).resolves.toMatchObject({ azStackUserId: 'alice' })
  })
})

describe('connecting', () => {
  test.each(['appId', 'publicKey', 'azStackUserId', 'fullname'] as const)('without %s fails at once', async (name) => {
    const { azstack, server } = await application()
    const { url: _, ...data } = server.credentials('alice')
    azstack.config({ authenticatingData: { ...data, [name]: '' } })

    await expect(azstack.connect()).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_SEND_DATA' })

    expect(server.trace).toEqual([])
  })

  test.each([
    ['nobody is there', {}, 'http://127.0.0.1:1', 'ERR_SOCKET_CONNECT'],
    ['the master says nothing that can be read', { service: 29, body: 'null' }, null, 'ERR_SOCKET_PARSE_BODY'],
    ['the slave says nothing that can be read', { service: 162, body: '' }, null, 'ERR_SOCKET_PARSE_BODY'],
    ['the slave lets nobody in', { service: 162, body: '{"r":0}' }, null, 'ERR_UNEXPECTED_RECEIVED_DATA']
  ])('fails when %s, and is not tried again by itself', async (_, fault, url, code) => {
    const { azstack, server, told } = await application()
    if ('service' in fault) server.fault('alice', fault)
    if (url !== null) azstack.masterSocketUri = url

    await expect(azstack.connect()).rejects.toMatchObject({ name: 'AZStackError', code })

    expect(told).toEqual([['onAuthencationReturn', code, null]])
    expect(azstack.engine).toBeNull()
  })

  test('takes no longer than the request may take', async () => {
    const { azstack, server } = await application()
    server.fault('alice', { service: 162, body: null })
    azstack.config({ requestTimeout: 50 })

    await expect(azstack.connect()).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })

    expect(azstack.engine).toBeNull()
  })

  test('with what does not fit into the key fails and says so', async () => {
    const { azstack, server } = await application()
    const { url: _, ...data } = server.credentials('alice')
    azstack.config({ authenticatingData: { ...data, userCredentials: 'x'.repeat(300) } })

    await expect(azstack.connect()).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_DATA' })
  })

  test('as somebody else leaves first', async () => {
    const { azstack, server } = await online()
    const { url: _, ...bob } = server.credentials('bob')
    azstack.config({ authenticatingData: bob })

    await expect(azstack.connect()).resolves.toMatchObject({ azStackUserId: 'bob' })

    await until(() => server.clients.every(({ user }) => user === 'bob'), { what: 'alice has left' })
  })

  test('comes back by itself once it was made', async () => {
    const app = await online()
    const views: string[] = []
    app.azstack.engine?.connection$.subscribe(({ status }) => views.push(status))

    app.server.drop('alice')

    await until(() => views.at(-1) === 'online' && views.includes('reconnecting'), { what: 'reconnected' })
  })
})

describe('a call to a telephone', () => {
  test('is published from connecting to its end', async () => {
    const app = await online()

    const there = await placed(app)
    await there.ring()
    await there.answer()
    await until(() => statuses(app, 'onCalloutStatusChanged').length === 3, { what: 'answered' })
    await there.hangup()
    await until(() => statuses(app, 'onCalloutStatusChanged').length === 4, { what: 'ended' })

    expect(app.told[0]).toEqual(['onStartCalloutReturn', null, null])
    expect(statuses(app, 'onCalloutStatusChanged')).toEqual([
      'CALL_STATUS_CALLOUT_CONNECTING',
      'CALL_STATUS_CALLOUT_RINGING',
      'CALL_STATUS_CALLOUT_ANSWERED',
      'CALL_STATUS_CALLOUT_STOP'
    ])
  })

  test('is stopped without being told that it has', async () => {
    const app = await online()
    const there = await placed(app)

    await expect(app.azstack.stopCallout({})).resolves.toBeNull()

    await there.reaches('ended')
    expect(statuses(app, 'onCalloutStatusChanged')).not.toContain('CALL_STATUS_CALLOUT_STOP')
  })

  test.each([
    [486, 'CALL_STATUS_CALLOUT_BUSY'],
    [480, 'CALL_STATUS_CALLOUT_NOT_ANSWERED'],
    [403, 'CALL_STATUS_CALLOUT_BUSY'],
    [599, 'CALL_STATUS_CALLOUT_BUSY'],
    [702, 'CALL_STATUS_CALLOUT_ERROR_NOT_ENOUGH_BALANCE'],
    [700, 'CALL_STATUS_CALLOUT_STOP'],
    [199, 'CALL_STATUS_CALLOUT_UNKNOWN']
  ])('that is told %i publishes %s', async (code, status) => {
    const app = await online()
    const there = await placed(app)

    await there.status(code)

    await until(() => statuses(app, 'onCalloutStatusChanged').includes(status), { what: 'published' })
  })

  test.each([
    ['invalid-number', 'CALL_STATUS_CALLOUT_ERROR_INVALID_NUMBER'],
    ['payment-required', 'CALL_STATUS_CALLOUT_ERROR_NOT_ENOUGH_BALANCE'],
    ['error', 'CALL_STATUS_CALLOUT_ERROR']
  ] as const)('that is refused as %s fails with a status', async (reason, status) => {
    const app = await online()
    app.server.party(number, { do: 'reject', reason })

    await expect(app.azstack.startCallout(callout)).rejects.toMatchObject({
      code: 'ERR_UNEXPECTED_RECEIVED_DATA',
      status
    })

    expect(statuses(app, 'onCalloutStatusChanged')).toEqual([])
    app.server.party(number)
    await app.azstack.startCallout(callout)
  })

  test('is one at a time', async () => {
    const app = await online()
    await placed(app)

    await expect(app.azstack.startCallout(callout)).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_DATA' })
  })

  test.each([{}, { callData: {} }, { callData: { toPhoneNumber: 'alice' } }, null])(
    'needs a number, not %j',
    async (options) => {
      const app = await online()

      await expect(app.azstack.startCallout(options as never)).rejects.toMatchObject({
        code: 'ERR_UNEXPECTED_SEND_DATA'
      })
    }
  )

  test('without an answer from the service is given up, and the service is told', async () => {
    const app = await online()
    app.server.party(number)
    app.server.fault('alice', { service: 504, body: null })
    app.azstack.config({ requestTimeout: 300 })

    await expect(app.azstack.startCallout(callout)).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })

    await until(() => app.server.trace.some(({ text }) => text.includes('"service":502')), { what: 'told' })
    await expect(app.azstack.stopCallout()).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_DATA' })
  })

  test('without a microphone fails as media do', async () => {
    const refuse = () => Promise.reject(new DOMException('No', 'NotAllowedError'))
    const app = await online({ environment: { mediaDevices: { getUserMedia: refuse } } })

    await expect(app.azstack.startCallout(callout)).rejects.toMatchObject({ code: 'ERR_WEBRTC', error: 'ERR_WEBRTC' })
  })
})

test('the microphone is toggled, and set', async () => {
  const app = await online()
  await expect(app.azstack.toggleAudioState()).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_DATA' })
  await placed(app)
  const [call] = app.azstack.engine?.calls$.value ?? []

  await app.azstack.toggleAudioState({ state: false })
  expect(call?.state.microphone).toBe('muted')
  await app.azstack.toggleAudioState({ state: false })
  expect(call?.state.microphone).toBe('muted')
  await app.azstack.toggleAudioState()
  expect(call?.state.microphone).toBe('live')
  await expect(app.azstack.toggleAudioState({ state: 1 } as never)).rejects.toMatchObject({
    code: 'ERR_UNEXPECTED_SEND_DATA'
  })
  expect(app.told.map(([name]) => name)).toContain('onToggleAudioStateReturn')
})

test('a paid call is billed', async () => {
  const app = await online()
  const there = await placed(app)
  await there.ring()
  await there.reject('declined')

  await until(() => app.told.some(([name]) => name === 'onPaidCallLogReturn'), { what: 'the bill' })

  expect(app.told.find(([name]) => name === 'onPaidCallLogReturn')?.[2]).toEqual({
    callId: expect.any(Number),
    callType: 'CALL_PAID_LOG_CALL_TYPE_CALLOUT',
    callStatus: 'CALL_PAID_LOG_CALL_STATUS_REJECTED',
    userId: app.server.userId('alice'),
    fromPhoneNumber: 'alice',
    toPhoneNumber: number,
    recordTime: expect.anything(),
    recordUrl: expect.toSatisfy((url) => url === null || typeof url === 'string')
  })
})

describe('configuring', () => {
  test.each([0, -1, Number.NaN, 'soon', Infinity])('no request may take %s', (requestTimeout) => {
    expect(() => new AZStack().config({ requestTimeout: requestTimeout as number })).toThrow(
      expect.objectContaining({ code: 'ERR_UNEXPECTED_SEND_DATA' })
    )
  })

  test.each([
    ['LOG_LEVEL_NONE', []],
    ['LOG_LEVEL_ERROR', ['ERROR']],
    ['LOG_LEVEL_INFO', ['ERROR', 'INFO']],
    ['LOG_LEVEL_DEBUG', ['DEBUG', 'ERROR', 'INFO']]
  ] as const)('at %s as much is logged as was asked for, and no secret', async (level, expected) => {
    const { azstack, logged } = await application()
    azstack.config({ logLevel: azstack.logLevelConstants[level] })
    azstack.config({ logLevel: 'LOUD' })

    await azstack.connect()
    await azstack.stopCallout().catch(noop)

    expect(new Set(logged.map((line) => line.split(' ')[0]))).toEqual(new Set(expected))
    expect(logged.join()).not.toMatch(/pw-alice|"token":"[^*]/)
  })
})
