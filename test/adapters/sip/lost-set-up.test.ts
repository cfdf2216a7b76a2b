/** A call that is placed when its connection is lost: the callee does not ring on. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { reconnected, registered } from '../../contract/sip/paper-account.ts'
import { ourPhone, rawDialled, stillBroken, turns } from '../../contract/sip/paper-phones.ts'
import { description, field, reply } from '../../contract/sip/scripted-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function dialled() {
  const phone = await ourPhone()
  await registered(phone, 1)
  const leg = phone.transport.leg('call')
  leg.send({ type: 'dial', target: 'sip:bob@example.test' })
  await turns()
  return { ...phone, leg, invite: await phone.line.next(/^INVITE/) }
}

async function lost(phone: Awaited<ReturnType<typeof dialled>>) {
  phone.line.drop()
  phone.leg.dispose()
  await reconnected(phone, 2)
  await turns()
}

describe('a call that is placed when the connection is lost', () => {
  test('is forgotten by JsSIP', async () => {
    const { line, invite, ended } = await rawDialled()
    line.receive(reply(invite, 180, { tag: 'far' }))

    line.socket.disconnect()
    line.socket.ondisconnect(true)
    await vi.advanceTimersByTimeAsync(5_000)

    stillBroken(ended).toEqual(['Canceled'])
    stillBroken(line.has(/^CANCEL/)).toBe(false)
  })

  test('is taken back on the next connection, once that knows us', async () => {
    const phone = await dialled()
    phone.line.receive(reply(phone.invite, 180, { tag: 'far' }))

    await lost(phone)
    expect(phone.line.has(/^CANCEL/)).toBe(false)
    await registered(phone, 2)

    const cancel = await phone.line.next(/^CANCEL/)
    for (const name of ['Via', 'From', 'To', 'Call-ID']) expect(field(cancel, name)).toBe(field(phone.invite, name))
    expect(field(cancel, 'CSeq')).toBe(field(phone.invite, 'CSeq')?.replace('INVITE', 'CANCEL'))
    expect(cancel.split(' ')[1]).toBe(phone.invite.split(' ')[1])
  })

  test.each([
    ['refused', 486],
    ['answered', 200]
  ])('is not when it was %s before', async (_, status) => {
    const phone = await dialled()
    phone.line.receive(reply(phone.invite, status, { tag: 'far', body: description('far') }))
    await turns()

    await lost(phone)
    await registered(phone, 2)

    expect(phone.line.has(/^CANCEL/)).toBe(false)
  })
})
