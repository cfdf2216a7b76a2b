import { createServer } from 'node:net'

const first = 20_000
const last = 32_000

/**
 * A TCP port that nothing listens on, below those the system hands to outgoing connections: it stays free while a
 * server on it restarts.
 */
export async function freePort(): Promise<number> {
  const port = first + Math.floor(Math.random() * (last - first))
  return (await isFree(port)) ? port : freePort()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
