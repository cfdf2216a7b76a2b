/** A relay between a client and a server which a test can break the way networks break. */
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

export interface CutProxy {
  readonly port: number
  /** The address behind the relay, as seen through it: `ws://127.0.0.1:<port>`. */
  readonly url: string
  /** Connections that stand now. */
  readonly connections: number
  /** Closes every connection without a goodbye; new ones are welcome. */
  cut(): void
  /** A dead network: connections stand, but nothing arrives any more, and what is sent is lost. */
  blackhole(): void
  /** Holds back what the server sends (`down`) or what the client sends (`up`). Nothing is lost: see `resume`. */
  stall(direction: 'up' | 'down'): void
  resume(): void
  /** New connections are closed at once; those that stand are left alone. */
  refuse(): void
  /** Normal again. What a blackhole swallowed stays lost. */
  restore(): void
  stop(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

/** Relays to `target`, a URL or a port on this machine. */
export async function startCutProxy(target: string | number): Promise<CutProxy> {
  const to = typeof target === 'number' ? { port: target, protocol: 'ws:' } : new URL(target)
  const pairs = new Set<Pair>()
  const stalled = { up: false, down: false }
  let dark = false
  let refusing = false

  const settle = ({ client, server }: Pair) => {
    if (stalled.up) client.pause()
    else client.resume()
    if (stalled.down) server.pause()
    else server.resume()
  }
  const pump = (pair: Pair, from: Socket, into: Socket) => {
    from.setNoDelay(true)
    from.on('data', (data) => {
      if (!dark) into.write(data)
    })
    from.on('end', () => {
      if (!dark) into.end()
    })
    from.on('error', () => {}) // always followed by close
    from.on('close', () => {
      if (!dark) into.destroy()
      if (into.destroyed) pairs.delete(pair)
    })
  }
  const relay = createServer((client) => {
    if (refusing) return void client.destroy()
    const pair = { client, server: connect(Number(to.port), '127.0.0.1') }
    pairs.add(pair)
    pump(pair, pair.client, pair.server)
    pump(pair, pair.server, pair.client)
    settle(pair)
  })
  const cut = () => {
    for (const { client, server } of pairs) {
      client.destroy()
      server.destroy()
    }
  }
  const forgetHalves = () => {
    for (const { client, server } of pairs) {
      if (client.destroyed) server.destroy()
      if (server.destroyed) client.destroy()
    }
  }
  const release = () => {
    stalled.up = false
    stalled.down = false
    pairs.forEach(settle)
  }

  await new Promise<void>((resolve, reject) => {
    relay.once('error', reject)
    relay.listen(0, '127.0.0.1', resolve)
  })
  const { port } = relay.address() as AddressInfo

  return {
    port,
    url: `${to.protocol}//127.0.0.1:${port}`,
    get connections() {
      return pairs.size
    },
    cut,
    blackhole() {
      dark = true
    },
    stall(direction) {
      stalled[direction] = true
      pairs.forEach(settle)
    },
    resume: release,
    refuse() {
      refusing = true
    },
    restore() {
      dark = false
      refusing = false
      forgetHalves()
      release()
    },
    async stop() {
      cut()
      await new Promise<void>((resolve) => relay.close(() => resolve()))
    }
  }
}
