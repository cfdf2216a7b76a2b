/** One gives another to a third: here all of them are engines, and what they hear of one another is counted. */
import { firstValueFrom } from 'rxjs'
import { expect } from 'vitest'
import type { Call } from '../../src/index.ts'
import type { Person, PersonOptions, Scene } from './scene.ts'
import { hearing, looks, soon } from './scene.ts'

/** Two who talk, each with their end of the call. */
interface Pair {
  readonly alice: Person
  readonly bob: Person
  readonly toBob: Call
  readonly toAlice: Call
}

const accepting: PersonOptions = { policy: { transfer: { incoming: 'accept' } } }

export function transferring(scene: Scene) {
  const test = scene.needing('transfer')
  const describe = scene.suiteNeeding('transfer')

  /** `first` has called `second`, and they hear each other. */
  async function connect(first: Person, second: Person): Promise<[Call, Call]> {
    const incoming = firstValueFrom(second.engine.incoming$)
    const outgoing = await first.engine.dial(second.address)
    const received = await incoming
    await Promise.all([received.answer(), outgoing.established()])
    await hearOneAnother(outgoing, received)
    return [outgoing, received]
  }

  async function pair(bobs: PersonOptions = accepting): Promise<Pair> {
    const [alice, bob] = await Promise.all([scene.person(), scene.person(bobs)])
    const [toBob, toAlice] = await connect(alice, bob)
    return { alice, bob, toBob, toAlice }
  }

  /** The only call somebody has that is not over, once there is one. */
  async function onlyCall({ engine, user }: Person): Promise<Call> {
    await soon(() => engine.calls$.value.length === 1, `${user} has one call`)
    return engine.calls$.value[0] as Call
  }

  describe('a call that is transferred', () => {
    test('leaves the two others talking, and is over for who transferred it', async () => {
      const { alice, bob, toBob } = await pair()
      const carol = await scene.person()
      const incoming = firstValueFrom(carol.engine.incoming$)

      const transferred = toBob.transfer(carol.address)
      const atCarol = await incoming
      await looks(
        toBob,
        ({ transfer }) => transfer?.state === 'trying' && transfer.status === 180,
        'carol’s phone rings'
      )
      expect(atCarol.state.referredBy?.address).toBe(alice.address)
      await atCarol.answer()

      await transferred
      expect(await toBob.ended()).toMatchObject({ reason: 'transferred' })
      await hearOneAnother(await onlyCall(bob), atCarol)
      expect(alice.microphones).toBe(0)
    })

    test.each([['busy', 'transfer.failed'] as const, ['declined', 'transfer.failed'] as const])(
      'is as it was when the target is %s',
      async (reason, code) => {
        const { toBob, toAlice } = await pair()
        const carol = await scene.person()
        const incoming = firstValueFrom(carol.engine.incoming$)
        await toBob.mute()

        const failed = refused(toBob.transfer(carol.address))
        await (await incoming).reject(reason)
        expect(await failed).toMatchObject({ code })

        expect(toBob.state).toMatchObject({ hold: { local: 'active' }, microphone: 'muted', transfer: null })
        await toBob.unmute()
        await hearOneAnother(toBob, toAlice)
      }
    )

    test('is as it was, held, when there is no such target', async () => {
      const { toBob, toAlice } = await pair()
      await toBob.hold()

      await expect(toBob.transfer(scene.bench.nobody)).rejects.toMatchObject({ code: 'transfer.failed' })

      expect(toBob.state.hold.local).toBe('held')
      await toBob.resume()
      await hearOneAnother(toBob, toAlice)
    })

    test('is as it was when the peer does not want to', async () => {
      const { toBob, toAlice } = await pair({ policy: { transfer: { incoming: 'refuse' } } })

      await expect(toBob.transfer(scene.bench.nobody)).rejects.toMatchObject({ code: 'transfer.rejected' })

      await hearOneAnother(toBob, toAlice)
    })

    test('is as it was when the peer is asked, and declines', async () => {
      const { toBob, toAlice, alice } = await pair({})

      const failed = refused(toBob.transfer(scene.bench.nobody))
      await looks(toAlice, ({ referral }) => referral?.state === 'asked', 'bob is asked')
      expect(toAlice.state.referral).toMatchObject({
        target: scene.bench.nobody,
        referredBy: { address: alice.address }
      })
      await toAlice.declineTransfer()
      expect(await failed).toMatchObject({ code: 'transfer.failed' })

      await hearOneAnother(toBob, toAlice)
    })

    test('goes on between the two others when who transferred it leaves early', async () => {
      const { bob, toBob, toAlice } = await pair({})
      const carol = await scene.person()
      const incoming = firstValueFrom(carol.engine.incoming$)
      const outcome = refused(toBob.transfer(carol.address))
      await looks(toAlice, ({ referral }) => referral?.state === 'asked', 'bob is asked')
      await toAlice.acceptTransfer()
      const atCarol = await incoming

      await toBob.hangup()
      expect(await outcome).toMatchObject({ code: 'call.ended' })
      expect(await toAlice.ended()).toMatchObject({ reason: 'transferred' })

      await atCarol.answer()
      await hearOneAnother(await onlyCall(bob), atCarol)
    })

    test('is over, and not transferred, when the peer hangs up in the middle of it', async () => {
      const { alice, bob, toBob, toAlice } = await pair()
      const carol = await scene.person()
      const incoming = firstValueFrom(carol.engine.incoming$)
      const outcome = refused(toBob.transfer(carol.address))
      const atCarol = await incoming

      await toAlice.hangup()
      expect(await outcome).toMatchObject({ code: 'call.ended' })
      expect(await toBob.ended()).toMatchObject({ by: 'remote', reason: 'hangup' })
      expect(alice.engine.calls$.value).toEqual([])

      await (await onlyCall(bob)).hangup()
      expect(await atCarol.ended()).toMatchObject({ reason: 'missed' })
    })
  })

  describe('a consultation', () => {
    test.each([['we called'], ['called us']] as const)('with somebody who %s connects the two', async (who) => {
      const { alice, bob, toBob, toAlice } = await pair()
      const carol = await scene.person()
      const [toCarol, atCarol] = await (who === 'we called' ? consult(toBob, carol) : called(toBob, alice, carol))
      await atCarol.mute()
      const succeeded = firstValueFrom(carol.engine.calls$)
      expect(await succeeded).toHaveLength(1)

      await toBob.transfer(toCarol)

      await Promise.all([toBob, toCarol].map(async (call) => expect((await call.ended()).reason).toBe('transferred')))
      expect(await atCarol.ended()).toMatchObject({ by: 'remote', reason: 'replaced' })
      const [bobs, carols] = [await onlyCall(bob), await onlyCall(carol)]
      await looks(carols, ({ microphone }) => microphone === 'muted', 'carol is still muted')
      await carols.unmute()
      await hearOneAnother(bobs, carols)
      expect(alice.microphones).toBe(0)
      await soon(() => toAlice.state.status === 'ended', 'bob’s first call is over')
    })

    test('that is hung up leads back to the call it was about', async () => {
      const { toBob, toAlice } = await pair()
      const carol = await scene.person()
      const [toCarol] = await consult(toBob, carol)
      expect(toBob.state).toMatchObject({ hold: { local: 'held' }, transfer: { state: 'consulting' } })

      await toCarol.hangup()

      await looks(toBob, ({ hold, transfer }) => hold.local === 'active' && transfer === null, 'resumed by itself')
      await hearOneAnother(toBob, toAlice)
    })

    test('stands as it was when the peer does not want to be transferred', async () => {
      const { toBob } = await pair({ policy: { transfer: { incoming: 'refuse' } } })
      const carol = await scene.person()
      const [toCarol, atCarol] = await consult(toBob, carol)

      await expect(toBob.transfer(toCarol)).rejects.toMatchObject({ code: 'transfer.rejected' })

      expect(toBob.state).toMatchObject({ hold: { local: 'held' }, transfer: { state: 'consulting' } })
      expect(toCarol.state).toMatchObject({ status: 'established', transfer: null })
      await hearOneAnother(toCarol, atCarol)
    })
  })

  async function consult(about: Call, carol: Person): Promise<[Call, Call]> {
    const incoming = firstValueFrom(carol.engine.incoming$)
    const toCarol = await about.consult(carol.address)
    const atCarol = await incoming
    await Promise.all([atCarol.answer(), toCarol.established()])
    await hearOneAnother(toCarol, atCarol)
    return [toCarol, atCarol]
  }

  async function called(about: Call, alice: Person, carol: Person): Promise<[Call, Call]> {
    await about.hold()
    const [atCarol, toCarol] = await connect(carol, alice)
    return [toCarol, atCarol]
  }
}

async function hearOneAnother(one: Call, other: Call) {
  const both = [one, other]
  await Promise.all(both.map((call) => looks(call, ({ path }) => path === 'connected', 'media connects')))
  const heard = both.map(hearing)
  await soon(() => heard.every(({ loud }) => loud > 5), 'the two hear each other')
}

/** Why a command is not carried out. */
function refused(command: Promise<void>): Promise<unknown> {
  return command.then(
    () => 'It was carried out',
    (error: unknown) => error
  )
}
