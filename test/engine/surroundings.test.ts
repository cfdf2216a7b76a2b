/** What is found out about the network and about sleep where the application has nothing to say about it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createEngine } from '../../src/index.ts'
import type { NetworkEvent } from '../../src/index.ts'
import { surroundings } from '../../src/network.ts'
import { FakeTransport } from './support/fake-transport.ts'

describe('Where the application says nothing about the network', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  function stubBrowser() {
    let listeners = 0
    class Counting extends EventTarget {
      override addEventListener(name: string, listener: () => void) {
        listeners += 1
        super.addEventListener(name, listener)
      }
      override removeEventListener(name: string, listener: () => void) {
        listeners -= 1
        super.removeEventListener(name, listener)
      }
    }
    const page = new Counting()
    const document = Object.assign(new Counting(), { hidden: false })
    const connection = Object.assign(new Counting(), { type: 'wifi' })
    vi.stubGlobal('addEventListener', (name: string, listener: () => void) => page.addEventListener(name, listener))
    vi.stubGlobal('removeEventListener', (name: string, listener: () => void) =>
      page.removeEventListener(name, listener)
    )
    vi.stubGlobal('document', document)
    vi.stubGlobal('navigator', { connection })
    return { page, document, connection, listeners: () => listeners }
  }

  function listen() {
    const heard: NetworkEvent[] = []
    return { heard, subscription: surroundings.subscribe((event) => heard.push(event)) }
  }

  test('the browser is asked from connect() to dispose(), and nothing before or after', async () => {
    const { listeners } = stubBrowser()
    const transport = new FakeTransport()
    const engine = createEngine({ transport })
    expect(listeners()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)

    await engine.connect()
    expect(listeners()).toBeGreaterThan(3)
    engine.dispose()

    expect(listeners()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a change of network is told, a change of its speed is not', () => {
    const { page, connection } = stubBrowser()
    const { heard, subscription } = listen()

    connection.dispatchEvent(new Event('change'))
    expect(heard).toEqual([])
    connection.type = 'none'
    connection.dispatchEvent(new Event('change'))
    page.dispatchEvent(new Event('offline'))
    connection.type = 'cellular'
    connection.dispatchEvent(new Event('change'))
    page.dispatchEvent(new Event('online'))
    subscription.unsubscribe()

    expect(heard.map(({ type }) => type)).toEqual(['network.offline', 'network.changed', 'network.online'])
  })

  test('a sleep is told when the clock on the wall is ahead', () => {
    const { heard } = listen()
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual([])

    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(60_000)

    expect(heard).toEqual([{ type: 'wake', slept: 3_600_000 }])
  })

  test.each([
    ['a page that is shown, and runs once a minute', false, true],
    ['a hidden page that runs once a minute', true, false]
  ])('%s: sleep %s', (_, hidden, isSleep) => {
    const { document } = stubBrowser()
    document.hidden = hidden
    const { heard, subscription } = listen()

    // both clocks go on, and the timer comes late
    const wall = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
    const measured = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
    vi.advanceTimersByTime(5_000)
    subscription.unsubscribe()
    wall.mockRestore()
    measured.mockRestore()

    expect(heard.length > 0).toBe(isSleep)
  })

  test('a clock that is set back is no sleep', () => {
    const { heard } = listen()

    vi.setSystemTime(Date.now() - 3_600_000)
    vi.advanceTimersByTime(60_000)

    expect(heard).toEqual([])
  })
})
