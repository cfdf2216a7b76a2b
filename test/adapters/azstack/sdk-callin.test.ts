import { describe, expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import { application, online, ringing, statuses } from './support/application.ts'

describe('a call from a telephone', () => {
  test('says who calls whom, is answered, and stopped', async () => {
    const app = await online()
    const there = await ringing(app)
    expect(app.told).toEqual([['onCallinStart', null, { fromPhoneNumber: '84911111111', toPhoneNumber: 'alice' }]])

    await expect(app.azstack.answerCallin({})).resolves.toBeNull()
    await there.reaches('established')
    await expect(app.azstack.stopCallin({})).resolves.toBeNull()

    await there.reaches('ended')
    expect(statuses(app, 'onCallinStatusChanged')).toEqual([])
  })

  test.each([
    ['rejectCallin', 702],
    ['notAnsweredCallin', 403]
  ] as const)('is over after %s', async (method, code) => {
    const app = await online()
    const there = await ringing(app)

    await expect(app.azstack[method]({})).resolves.toBeNull()

    await there.reaches('ended')
    const last = app.server.trace.filter(({ text }) => text.includes('"service":506')).at(-1)
    expect(last?.text).toContain(`\\"code\\":${code}`)
    await expect(app.azstack[method]({})).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_DATA' })
  })

  test('stops ringing when the caller gives up', async () => {
    const app = await online()
    const there = await ringing(app)

    await there.hangup()

    await until(() => statuses(app, 'onCallinStatusChanged').length > 0, { what: 'published' })
    expect(statuses(app, 'onCallinStatusChanged')).toEqual(['CALL_STATUS_CALLIN_RINGING_STOP'])
  })

  test('stops when the caller hangs up', async () => {
    const app = await online()
    const there = await ringing(app)
    await app.azstack.answerCallin({})
    await there.reaches('established')

    await there.hangup()

    await until(() => statuses(app, 'onCallinStatusChanged').length > 0, { what: 'published' })
    expect(statuses(app, 'onCallinStatusChanged')).toEqual(['CALL_STATUS_CALLIN_STOP'])
  })

  test('publishes what it does not know', async () => {
    const app = await online()
    const there = await ringing(app)

    await there.status(299)

    await until(() => statuses(app, 'onCallinStatusChanged').length > 0, { what: 'published' })
    expect(statuses(app, 'onCallinStatusChanged')).toEqual(['CALL_STATUS_CALLIN_UNKNOWN'])
  })

  test.each([
    ['answerCallin', 'CALL_STATUS_CALLIN_BY_ME_ANSWERED'],
    ['rejectCallin', 'CALL_STATUS_CALLIN_BY_ME_REJECTED'],
    ['notAnsweredCallin', 'CALL_STATUS_CALLIN_BY_ME_NOT_ANSWERED']
  ] as const)('after %s on one device tells the other one', async (method, status) => {
    const app = await online()
    const other = await application({}, app.server)
    await other.azstack.connect()
    await ringing(app)
    await until(() => other.told.some(([name]) => name === 'onCallinStart'), { what: 'the other one rings' })

    await app.azstack[method]({})

    await until(() => statuses(other, 'onCallinStatusChangedByMe').includes(status), { what: 'published' })
    await expect(other.azstack.answerCallin({})).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_DATA' })
    expect(statuses(app, 'onCallinStatusChangedByMe')).not.toContain(status)
  })

  test('that comes second is refused as busy, and nobody is told', async () => {
    const app = await online()
    await ringing(app)

    const second = await app.server.call('alice', { from: '84922222222' })

    await second.reaches('ended')
    expect(app.told.filter(([name]) => name === 'onCallinStart')).toHaveLength(1)
    const last = app.server.trace.filter(({ text }) => text.includes('"service":506')).at(-1)
    expect(last?.text).toContain('\\"code\\":486')
  })
})
