import { describe, expect, test } from 'vitest'
import { createDevices } from '../../src/index.ts'
import { errorOf, settled } from './support/desk.ts'
import { FakeMediaDevices } from './support/fake-media.ts'
import { talking } from './support/two-microphones.ts'

describe('Devices', () => {
  test('are listed, and kept up with', async () => {
    const mediaDevices = new FakeMediaDevices()
    const devices = createDevices({ mediaDevices })
    const seen: string[][] = []
    devices.devices$.subscribe((list) => seen.push(list.map(({ deviceId }) => deviceId)))

    await devices.refresh()
    await devices.refresh()
    mediaDevices.plug('headset')
    await settled()
    devices.dispose()
    mediaDevices.plug()
    await settled()

    expect(seen).toEqual([[], ['desk', 'headset'], ['headset']])
  })

  test('that were chosen are what calls begin with, unless the call says otherwise', async () => {
    const { engine, sources, mediaDevices } = await talking()
    mediaDevices.mode = 'waits'

    sources.selectMicrophone('headset')
    await engine.dial('sip:bob@example.org')
    await engine.dial('sip:bob@example.org', { media: { audio: { deviceId: 'desk' } } })

    expect(mediaDevices.requests.map(({ constraints }) => constraints.audio)).toEqual([
      { deviceId: { exact: 'headset' } },
      { deviceId: { exact: 'desk' } }
    ])
  })

  test('that were chosen and are gone are no obstacle to a call', async () => {
    const { engine, sources, mediaDevices } = await talking()
    mediaDevices.mode = 'waits'
    sources.selectMicrophone('unplugged')

    const call = await engine.dial('sip:bob@example.org')
    mediaDevices.requests.at(-1)?.refuse('OverconstrainedError')
    await settled()
    expect(mediaDevices.requests.at(-1)?.constraints.audio).toEqual({ deviceId: { ideal: 'unplugged' } })

    mediaDevices.requests.at(-1)?.grant()
    await settled()
    expect(call.state.status).toBe('ringing')
  })

  test('of which the browser tells nothing are none, and nothing throws', async () => {
    const devices = createDevices({
      mediaDevices: Object.assign(new EventTarget(), { enumerateDevices: () => Promise.reject(new Error('No')) }),
      permissions: {
        query() {
          throw new TypeError('microphone is no permission here')
        }
      }
    })

    await devices.refresh()

    expect(devices.devices$.value).toEqual([])
    expect(devices.permissions$.value).toEqual({ microphone: 'unknown', camera: 'unknown' })
    expect(devices.canSelectSpeaker).toBe(false)
    expect(await errorOf(devices.selectSpeaker('x'))).toMatchObject({ code: 'media.unsupported' })
  })

  test.each([{ deadlines: { proveDeadline: -1 } }, { fallback: 'any' as never }, { deadlines: { openDeadline: NaN } }])(
    'cannot be looked after by %j',
    (options) => {
      expect(() => createDevices(options)).toThrow(expect.objectContaining({ code: 'engine.invalid-options' }))
    }
  )
})
