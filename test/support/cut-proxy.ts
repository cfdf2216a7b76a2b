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
  /** A route that is gone: connections that stand are dead without a word, new ones are as usual. */
  strand(): void
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
  isStranded: boolean
}

/** Relays to `target`, a URL or a port on this machine; reached at `host`. */
export async function startCutProxy(target: string | number, host = '127.0.0.1'): Promise<CutProxy> {
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
    const passes = () => !dark && !pair.isStranded
    from.on('data', (data) => {
      if (passes()) into.write(data)
    })
    from.on('end', () => {
      if (passes()) into.end()
    })
    from.on('error', () => {}) // always followed by close
    from.on('close', () => {
      if (passes()) into.destroy()
      if (into.destroyed) pairs.delete(pair)
    })
  }
  const relay = createServer((client) => {
    if (refusing) return void client.destroy()
    const pair = { client, server: connect(Number(to.port), '127.0.0.1'), isStranded: false }
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
    for (const { client, server, isStranded } of pairs) {
      if (isStranded) continue
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
    relay.listen(0, host, resolve)
  })
  const { port } = relay.address() as AddressInfo

  return {
    port,
    url: `${to.protocol}//${host}:${port}`,
    get connections() {
      return pairs.size
    },
    cut,
    blackhole() {
      dark = true
    },
    strand() {
      for (const pair of pairs) pair.isStranded = true
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
