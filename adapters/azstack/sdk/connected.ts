import type { Engine } from '../../../src/index.ts'
import { toError } from '../errors.ts'

/** A connection that is to be made has one try; one that was made is tried again by the engine for as long as it takes. */
export function connected(engine: Engine): Promise<void> {
  return new Promise((resolve, reject) => {
    const connecting = engine.connect()
    const watching = engine.connection$.subscribe(({ status, cause }) => {
      // silence is no answer: the request's own limit decides how long to wait for one
      if (status === 'connecting' && cause !== null && cause.code !== 'connection.timeout') reject(toError(cause))
    })
    connecting.then(resolve, reject).finally(() => watching.unsubscribe())
  })
}
