import { act, cleanup, render } from '@testing-library/react'
import { StrictMode, useEffect } from 'react'
import { afterEach, expect, test } from 'vitest'
import type { Engine } from '../../src/index.ts'
import { useBehavior } from '../../src/react/index.ts'
import { settled, setUp } from '../engine/support/desk.ts'

afterEach(cleanup)

test('an effect that runs twice ends with one connection, and none when it is gone', async () => {
  const { engine, transport } = setUp()
  const shown: string[] = []
  const Phone = ({ engine }: { engine: Engine }) => {
    const { status } = useBehavior(engine.connection$)
    shown.push(status)
    useEffect(() => {
      engine.connect().catch(() => null)
      return () => void engine.disconnect()
    }, [engine])
    return <p>{status}</p>
  }

  const { unmount } = render(<Phone engine={engine} />, { wrapper: StrictMode })
  await act(settled)

  // mounted, unmounted and mounted in one breath
  expect(engine.connection$.value.status).toBe('online')
  expect(shown.at(-1)).toBe('online')
  const openings = transport.sent('connect').length
  expect(openings - transport.sent('disconnect').length).toBe(1)

  await act(settled)
  expect(transport.sent('connect')).toHaveLength(openings)

  unmount()
  await settled()
  expect(engine.connection$.value.status).toBe('offline')
  expect(transport.sent('disconnect')).toHaveLength(openings)
})
