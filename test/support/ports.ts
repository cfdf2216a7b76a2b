import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const first = 20_000
const last = 32_000

/**
 * A port that nothing listens on, by TCP or UDP, below those the system hands to outgoing connections: it stays free while a
 * server on it restarts.
 */
export async function freePort(): Promise<number> {
  const port = first + Math.floor(Math.random() * (last - first))
  return (await isFree(port)) && (await isFreeForUdp(port)) ? port : freePort()
}

/** Whether nothing is bound to this UDP port. */
export function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createSocket('udp4')
    probe.once('error', () => {
      probe.close()
      resolve(false)
    })
    probe.bind(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
