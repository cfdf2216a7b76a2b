import { act, cleanup, render, renderHook, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { Observable } from 'rxjs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { derive, Source } from '../../src/behavior.ts'
import type { Behavior, Call } from '../../src/index.ts'
import { useBehavior } from '../../src/react/index.ts'
import { setUpOnline } from '../engine/support/desk.ts'

/** A behavior that can be set, and that knows who listens. */
class Setting<T> extends Observable<T> implements Behavior<T> {
  readonly #source = new Source()
  #value: T
  subscriptions = 0
  subscribers = 0

  constructor(value: T) {
    super((subscriber) => {
      this.subscriptions += 1
      this.subscribers += 1
      subscriber.add(() => (this.subscribers -= 1))
      return derive(() => this.#value, this.#source).subscribe(subscriber)
    })
    this.#value = value
  }

  get value() {
    return this.#value
  }

  set(value: T) {
    this.#value = value
    this.#source.changed()
  }
}

let complaints: ReturnType<typeof vi.spyOn>

beforeEach(() => {
  complaints = vi.spyOn(console, 'error')
})

// React complains here of updates outside of act, of tearing and of snapshots that are not cached
afterEach(() => {
  cleanup()
  const [complaint] = complaints.mock.calls
  complaints.mockRestore()
  if (complaint !== undefined) throw new Error(`React complained: ${complaint.join(' ')}`)
})

describe('A component that uses a behavior', () => {
  test('shows its value, and every change of it', () => {
    const setting = new Setting('a')
    const { result } = renderHook(() => useBehavior(setting))
    expect(result.current).toBe('a')

    act(() => setting.set('b'))

    expect(result.current).toBe('b')
  })

  test('listens once in strict mode, and no more when it is gone', () => {
    const setting = new Setting('a')
    const { unmount } = renderHook(() => useBehavior(setting), { wrapper: StrictMode })
    expect(setting.subscribers).toBe(1)

    unmount()

    expect(setting.subscribers).toBe(0)
  })

  test('does not listen anew when it is rendered again', () => {
    const setting = new Setting('a')
    const { rerender } = renderHook(() => useBehavior(setting))

    rerender()
    act(() => setting.set('b'))
    rerender()

    expect(setting.subscriptions).toBe(1)
  })

  test('is not rendered for a change to the same', () => {
    const setting = new Setting('a')
    let renders = 0
    renderHook(() => {
      renders += 1
      return useBehavior(setting)
    })

    act(() => setting.set('a'))

    expect(renders).toBe(1)
  })

  test('follows when it is given another behavior', () => {
    const [first, second] = [new Setting('first'), new Setting('second')]
    const { result, rerender } = renderHook(({ setting }) => useBehavior(setting), {
      initialProps: { setting: first },
      wrapper: StrictMode
    })

    rerender({ setting: second })
    act(() => first.set('late'))

    expect(result.current).toBe('second')
    expect([first.subscribers, second.subscribers]).toEqual([0, 1])
  })

  test('shows what changed between its render and its listening', () => {
    const setting = new Setting('a')
    let isFirst = true
    const { result } = renderHook(() => {
      const value = useBehavior(setting)
      if (isFirst) setting.set('b')
      isFirst = false
      return value
    })

    expect(result.current).toBe('b')
  })

  test('never disagrees with another one about what is', () => {
    const setting = new Setting(0)
    const shown: string[] = []
    const Shows = () => <i>{useBehavior(setting)}</i>
    const Pair = () => {
      const value = useBehavior(setting)
      shown.push(`${value} ${setting.value}`)
      return (
        <p data-testid="pair">
          {value}
          <Shows />
          <Shows />
        </p>
      )
    }
    render(<Pair />, { wrapper: StrictMode })

    act(() => {
      setting.set(1)
      setting.set(2)
    })

    expect(screen.getByTestId('pair').textContent).toBe('222')
    expect(shown.every((pair) => pair.split(' ')[0] === pair.split(' ')[1])).toBe(true)
  })

  test('is rendered on a server without listening', () => {
    const setting = new Setting('a')
    const Shows = () => <i>{useBehavior(setting)}</i>

    expect(renderToString(<Shows />)).toBe('<i>a</i>')
    expect(setting.subscriptions).toBe(0)
  })
})

describe('A component that shows a call', () => {
  const Shows = ({ call }: { call: Call }) => {
    const { status, hold, end } = useBehavior(call.view$)
    const canHold = useBehavior(call.can$('hold'))
    return (
      <p data-testid="call">{[status, hold.local, canHold ? 'can hold' : 'cannot hold', end?.reason].join(', ')}</p>
    )
  }
  const shown = () => screen.getByTestId('call').textContent

  test('shows it from its first ring to after its end', async () => {
    const { engine, transport } = await setUpOnline()
    const leg = transport.ring()
    const call = engine.calls$.value[0] as Call
    render(<Shows call={call} />, { wrapper: StrictMode })
    expect(shown()).toBe('ringing, active, cannot hold, ')

    await act(() => call.answer())
    expect(shown()).toBe('established, active, can hold, ')

    await act(() => call.hold())
    expect(shown()).toBe('established, held, cannot hold, ')

    act(() => leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'hangup' } }))
    expect(shown()).toBe('ended, active, cannot hold, hangup')
  })

  test('can come late, when the call is over', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()
    await call.hangup()

    render(<Shows call={call} />, { wrapper: StrictMode })

    expect(shown()).toBe('ended, active, cannot hold, hangup')
  })

  test('goes while the call goes on, and leaves nobody listening', async () => {
    const { engine, established } = await setUpOnline()
    const { call } = await established()
    const List = () => useBehavior(engine.calls$).map((each) => <Shows key={each.id} call={each} />)
    const { unmount } = render(<List />, { wrapper: StrictMode })
    expect(shown()).toContain('established')

    unmount()
    await call.hangup()

    expect(screen.queryByTestId('call')).toBeNull()
  })
})
