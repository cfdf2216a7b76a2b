import { describe, expect, onTestFinished, test } from 'vitest'
import type { Scene, Talk } from './scene.ts'
import { hearEachOther, hearing, looks, soon } from './scene.ts'

const ways = [
  ['placed', 'talking'],
  ['received', 'answered']
] as const

export function talking(scene: Scene) {
  describe.each(ways)('a call that was %s', (_, begin) => {
    scene.needing('signalled-hold')('is held and resumed by us', async () => {
      const talk = await scene[begin]()
      const { call, there } = talk

      await call.hold()
      expect(call.state.hold).toEqual({ local: 'held', remote: 'active' })
      expect(there.held).toBe(true)
      await staysSilent(talk)

      await call.resume()
      expect(call.state.hold).toEqual({ local: 'active', remote: 'active' })
      expect(there.held).toBe(false)
      await hearEachOther(talk)
    })

    scene.needing('offers-in-calls')('is held and resumed by the far end', async () => {
      const talk = await scene[begin]()
      const { call, there } = talk

      await there.hold()
      await looks(call, ({ hold }) => hold.remote === 'held', 'held by the far end')
      expect(call.state.hold.local).toBe('active')

      await there.resume()
      await looks(call, ({ hold }) => hold.remote === 'active', 'resumed by the far end')
      await hearEachOther(talk)
    })

    scene.needing('offers-in-calls').for(['we', 'they'])('is held by both, and %s resume first', async (first) => {
      const talk = await scene[begin]()
      const { call, there } = talk

      await call.hold()
      await there.hold()
      await looks(call, ({ hold }) => hold.remote === 'held' && hold.local === 'held', 'held by both')

      await (first === 'we' ? call.resume() : there.resume())
      await looks(call, ({ hold }) => (hold.local === 'held') !== (hold.remote === 'held'), 'held by one')
      await (first === 'we' ? there.resume() : call.resume())
      await looks(call, ({ hold }) => hold.local === 'active' && hold.remote === 'active', 'held by nobody')
      await hearEachOther(talk)
    })

    test('is muted and unmuted, of which the far end is told where there are words for it', async () => {
      const talk = await scene[begin]()
      const said = talk.person.sent.length

      await talk.call.mute()
      await staysSilent(talk)
      expect(talk.there.muted).toBe(scene.can('signalled-mute'))
      await talk.call.unmute()

      await hearEachOther(talk)
      expect(talk.there.muted).toBe(false)
      expect(talk.person.sent.slice(said)).toHaveLength(scene.can('signalled-mute') ? 2 : 0)
    })

    scene.needing('offers-in-calls')('stays muted through every hold, ours and theirs', async () => {
      const talk = await scene[begin]()
      const { call, there } = talk

      await there.hold()
      await looks(call, ({ hold }) => hold.remote === 'held', 'held by the far end')
      await call.mute()
      await there.resume()
      await looks(call, ({ hold }) => hold.remote === 'active', 'resumed by the far end')
      await staysSilent(talk)
      await call.hold()
      await call.resume()

      await staysSilent(talk)
      expect(call.state.microphone).toBe('muted')
    })

    scene.needing('signalled-hold')('stays silent while we hold, whatever the far end does', async () => {
      const talk = await scene[begin]()
      const { call, there } = talk
      await call.hold()

      await there.hold()
      await there.resume()

      expect(call.state.hold.local).toBe('held')
      expect(there.held).toBe(true)
      await staysSilent(talk)
    })

    test('is spoken into with another microphone, without a word to the far end', async () => {
      const talk = await scene[begin]()
      const { person, call } = talk
      const leg = person.leg(call)
      const said = person.sent.length
      const another = scene.bench.webRtc.tone({ frequency: 880 })
      onTestFinished(() => another.getTracks().forEach((track) => track.stop()))

      leg.attach(scene.bench.webRtc.nothing())
      await staysSilent(talk)
      leg.attach(another)
      await hearEachOther(talk)

      another.getTracks().forEach((track) => track.stop())
      leg.attach(another)
      await staysSilent(talk)
      expect(call.state.status).toBe('established')
      expect(person.sent.slice(said)).toEqual([])
    })

    test('measures what it carries, and nothing any more when it is over', async () => {
      const { person, call } = await scene[begin]()
      const leg = person.leg(call)
      const packets = async () => {
        const { sent, received } = (await leg.measure())?.audio ?? { sent: null, received: null }
        return { sent: sent?.packets ?? 0, received: received?.packets ?? 0 }
      }

      const before = await packets()
      await soon(async () => {
        const now = await packets()
        return now.sent > before.sent && now.received > before.received
      }, 'more packets, both ways')

      await call.hangup()
      expect(await leg.measure()).toBeNull()
    })

    scene.needing('send-digits')('takes digits, in order', async () => {
      const { call, there } = await scene[begin]()

      await Promise.all([call.dtmf('12#', { duration: 40, gap: 30 }), call.dtmf('*9a', { duration: 40, gap: 30 })])

      await soon(() => there.digits === '12#*9A', 'all digits have arrived')
    })

    scene.needing('receive-digits')('tells of the digits of the far end, in order', async () => {
      const { call, there } = await scene[begin]()
      let digits = ''
      call.events$.subscribe((event) => {
        if (event.type === 'dtmf.received') digits += event.tone
      })

      await there.sendDigits('7*0')

      await soon(() => digits === '7*0', 'all digits have arrived')
    })

    test('says so when digits cannot be sent the way that was asked for', async () => {
      const { call } = await scene[begin]()

      await expect(call.dtmf('1', { method: 'rtp' })).rejects.toMatchObject({ code: 'dtmf.unsupported' })
      await expect(call.dtmf('x')).rejects.toMatchObject({ code: 'call.invalid-digits' })
      expect(call.state.status).toBe('established')
    })
  })
}

/** The far end hears nothing for as long as it takes us to hear ten frames of it, or it to hear us fall silent. */
async function staysSilent({ there, call }: Talk) {
  // what was on its way when we fell silent
  const settled = async () => {
    const before = await there.heard()
    await frames(call)
    return (await there.heard()) === before
  }
  await soon(settled, 'the far end hears nothing any more')
}

/** Time as the media knows it: ten frames of the far end, or of its silence. */
async function frames(call: Parameters<typeof hearing>[0]) {
  const here = hearing(call)
  let turns = 0
  await soon(() => here.frames >= 10 || ++turns > 20, 'some frames')
}
