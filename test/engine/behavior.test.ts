import { config, firstValueFrom } from 'rxjs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { derive, Source } from '../../src/behavior.ts'
import { settled, setUpOnline } from './support/desk.ts'

function setUp<T>(initial: T) {
  const source = new Source()
  const state = { value: initial, reads: 0 }
  const behavior = derive(() => {
    state.reads += 1
    return state.value
  }, source)
  const set = (value: T) => {
    state.value = value
    source.changed()
  }
  return { behavior, source, state, set }
}

function listen<T>(behavior: ReturnType<typeof derive<T>>) {
  const heard: (T | 'complete')[] = []
  const subscription = behavior.subscribe({
    next: (value) => heard.push(value),
    complete: () => heard.push('complete')
  })
  return { heard, subscription }
}

describe('A behavior', () => {
  test('tells what is, then changes only, and completes at the end', () => {
    const { behavior, source, set } = setUp('a')
    const { heard } = listen(behavior)

    set('a')
    set('b')
    set('b')
    source.done()
    set('c')

    expect(heard).toEqual(['a', 'b', 'complete'])
  })

  test('can be read at any time, also after the end', () => {
    const { behavior, source, set } = setUp('a')
    expect(behavior.value).toBe('a')

    set('b')
    source.done()

    expect(behavior.value).toBe('b')
  })

  test('tells who comes late what is, and who comes after the end that it is over', async () => {
    const { behavior, source, set } = setUp('a')
    listen(behavior)
    set('b')

    expect(listen(behavior).heard).toEqual(['b'])
    source.done()
    expect(listen(behavior).heard).toEqual(['b', 'complete'])
    await expect(firstValueFrom(behavior)).resolves.toBe('b')
  })

  test('is read once per change, however many listen', () => {
    const { behavior, state, set } = setUp(0)
    const all = Array.from({ length: 100 }, () => listen(behavior))
    state.reads = 0

    set(1)

    expect(state.reads).toBe(1)
    expect(all.every(({ heard }) => heard.at(-1) === 1)).toBe(true)
  })

  test('is not read at all when nobody listens any more', () => {
    const { behavior, state, set } = setUp(0)
    for (const { subscription } of [listen(behavior), listen(behavior)]) subscription.unsubscribe()
    state.reads = 0

    set(1)

    expect(state.reads).toBe(0)
    expect(listen(behavior).heard).toEqual([1])
  })

  test('lets go of who leaves while being told', () => {
    const { behavior, set } = setUp(0)
    const heard: number[] = []
    const subscription = behavior.subscribe((value) => {
      heard.push(value)
      if (value === 1) subscription.unsubscribe()
    })
    const other = listen(behavior)

    set(1)
    set(2)

    expect(heard).toEqual([0, 1])
    expect(other.heard).toEqual([0, 1, 2])
  })

  test('tells who changes it while joining of the change', () => {
    const { behavior, set } = setUp(0)
    const heard: number[] = []

    behavior.subscribe((value) => {
      heard.push(value)
      if (value === 0) set(1)
    })

    expect(heard).toEqual([0, 1])
  })

  test('tells nobody an old value after a new one, when being told makes somebody change it', () => {
    const { behavior, set } = setUp(0)
    behavior.subscribe((value) => {
      if (value === 1) set(2)
    })
    const { heard } = listen(behavior)

    set(1)

    expect(heard).toEqual([0, 2])
  })

  test('is told to who joins while others are told', () => {
    const { behavior, source, set } = setUp(0)
    let late: readonly (number | 'complete')[] = []
    behavior.subscribe((value) => {
      if (value === 1) late = listen(behavior).heard
    })

    set(1)
    set(2)
    source.done()

    expect(late).toEqual([1, 2, 'complete'])
  })

  test('goes on when somebody who is told throws', async () => {
    const reported: unknown[] = []
    config.onUnhandledError = (error) => reported.push(error)
    onTestFinished(() => {
      config.onUnhandledError = null
    })
    const { behavior, set } = setUp(0)
    const fault = new Error('In a subscriber')
    behavior.subscribe(() => {
      throw fault
    })
    const { heard } = listen(behavior)

    set(1)
    set(2)
    expect(heard).toEqual([0, 1, 2])

    await new Promise((resolve) => setTimeout(resolve))
    expect(reported).toEqual([fault, fault, fault])
  })
})

describe('The behaviors of a call', () => {
  test('cost one view per change, however many listen', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()
    const views = new Set<unknown>()
    for (let listeners = 0; listeners < 100; listeners++) {
      call.view$.subscribe((view) => views.add(view))
      call.hold$.subscribe((hold) => views.add(hold))
    }

    await call.mute()

    // before and after, and the hold that did not change
    expect(views.size).toBe(3)
  })

  test('are the same object whenever they are asked for', async () => {
    const { established } = await setUpOnline()
    const { call } = await established()

    expect(call.hold$).toBe(call.hold$)
    expect(call.can$('hold')).toBe(call.can$('hold'))
    expect(call.can$('hold')).not.toBe(call.can$('mute'))
  })

  test('complete with the call, and keep its last value', async () => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()
    leg.plays()
    const all = [call.view$, call.status$, call.hold$, call.microphone$, call.path$, call.signalling$, call.end$]
    const heard = [...all, call.can$('hold'), call.remoteStream$].map((behavior) => listen<unknown>(behavior).heard)

    await call.hangup()

    expect(heard.every((values) => values.at(-1) === 'complete')).toBe(true)
    expect(call.status$.value).toBe('ended')
    expect(call.remoteStream$.value).toBeNull()
    expect(listen(call.end$).heard).toEqual([{ by: 'local', reason: 'hangup' }, 'complete'])
  })

  test('and its events survive who throws', async () => {
    const reported: unknown[] = []
    config.onUnhandledError = (error) => reported.push(error)
    onTestFinished(() => {
      config.onUnhandledError = null
    })
    const { engine, devices, established } = await setUpOnline()
    const fail = () => {
      throw new Error('In a subscriber')
    }
    engine.calls$.subscribe(fail)
    engine.events$.subscribe(fail)
    const { call, leg } = await established()
    call.view$.subscribe(fail)
    call.events$.subscribe(fail)

    await call.hold()
    await call.hangup()
    await new Promise((resolve) => setTimeout(resolve))

    expect(call.state.status).toBe('ended')
    expect(leg.disposals).toBe(1)
    expect(devices.open).toEqual([])
    expect(reported.length).toBeGreaterThan(4)
  })

  test('tell what the peer sends', async () => {
    const { established } = await setUpOnline()
    const { call, leg } = await established()
    const { heard } = listen(call.remoteStream$)

    const stream = leg.plays()

    expect(heard).toEqual([null, stream])
  })
})

describe('What happens', () => {
  test('is told once, in order, with when and to which call, and not to who comes late', async () => {
    const { engine, told, established } = await setUpOnline()
    const { call } = await established()
    const late: unknown[] = []
    engine.events$.subscribe((event) => late.push(event))
    call.events$.subscribe((event) => late.push(event))
    expect(late).toEqual([])

    await call.hangup()
    await settled()

    expect(told.map(({ call, event }) => [call, event.type])).toEqual([
      [null, 'connection.connected'],
      [null, 'registration.registered'],
      [call.id, 'call.ringing'],
      [call.id, 'call.established'],
      [call.id, 'path.connected'],
      [call.id, 'call.ended']
    ])
    expect(told.every(({ at }) => Math.abs(Date.now() - at) < 60_000)).toBe(true)
  })

  test('is told to all alike: nobody can change it for the next', async () => {
    const { told, established } = await setUpOnline()
    const { leg } = await established()

    leg.emit({ type: 'leg.ended', end: { by: 'remote', reason: 'busy', provider: { code: 486 } } })

    const { event } = told.at(-1) ?? {}
    expect(event).toMatchObject({ type: 'call.ended', end: { provider: { code: 486 } } })
    expect([event, ...Object.values(event ?? {})].every((part) => Object.isFrozen(part))).toBe(true)
  })

  test('is over when the engine is disposed of', async () => {
    const { engine, established } = await setUpOnline()
    await established()
    const over: string[] = []
    engine.events$.subscribe({ complete: () => over.push('events') })
    engine.incoming$.subscribe({ complete: () => over.push('incoming') })
    engine.calls$.subscribe({ complete: () => over.push('calls') })

    engine.dispose()

    expect(over.toSorted()).toEqual(['calls', 'events', 'incoming'])
  })
})
