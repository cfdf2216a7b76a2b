/** Serves the two softphones, and the SIP server they are registered on. */
import { startSipEmulator } from 'callchart/adapters/sip/emulator'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createServer as createViteServer } from 'vite'
import type { Plugin } from 'vite'
import type { Account } from './account.ts'

export interface Demo {
  /** The page's address. */
  readonly page: string
  /** The SIP server's address. */
  readonly sip: string
  stop(): Promise<void>
}

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const usualPort = 5173
const people = [
  { user: 'alice', name: 'Alice', peer: 'bob', tone: 440 },
  { user: 'bob', name: 'Bob', peer: 'alice', tone: 554 }
]
const users = people.map(({ user }) => user)

/** Resolves once the page can be opened. `port`: 0 for any that is free; without it 5173 where that is free. */
export async function startDemo({ port }: { readonly port?: number } = {}): Promise<Demo> {
  const sip = await startSipEmulator({ users: Object.fromEntries(users.map((user) => [user, crypto.randomUUID()])) })

  const accounts = people.map((person): Account => ({
    ...person,
    peer: `sip:${person.peer}@${sip.domain}`,
    ...sip.credentials(person.user)
  }))

  /** What the page asks of the server it came from. */
  async function answer({ url = '', method }: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const user = searchParams.get('user') ?? ''
    if (method === 'GET' && pathname === '/demo/accounts') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(accounts))
      return true
    }
    if (method !== 'POST' || !users.includes(user)) return false
    if (pathname === '/demo/drop') sip.drop(user)
    else if (pathname === '/demo/outage') void outage(user)
    else return false
    response.writeHead(204).end()
    return true
  }

  /** Long enough to be seen, short enough for the call to survive: nobody can connect meanwhile. */
  async function outage(user: string) {
    sip.refuse()
    sip.drop(user)
    await pause(5_000)
    sip.accept()
  }

  const endpoints: Plugin = {
    name: 'demo-endpoints',
    configureServer: ({ middlewares }) =>
      void middlewares.use((request, response, next) => {
        answer(request, response).then((isAnswered) => isAnswered || next(), next)
      })
  }

  const http = createServer((request, response) => vite.middlewares(request, response))
  const vite = await createViteServer({
    root: here,
    configFile: false,
    logLevel: 'warn',
    cacheDir: `${root}node_modules/.vite`,
    plugins: [endpoints],
    resolve: { tsconfigPaths: true },
    server: { middlewareMode: true, hmr: { server: http }, fs: { allow: [root] } },
    // what is found only later would reload the page in the middle of a call
    optimizeDeps: { include: ['jssip', 'react', 'react-dom/client', 'rxjs', 'xstate'] }
  })
  const stop = async () => {
    http.closeAllConnections()
    http.close()
    await vite.close()
    await sip.stop()
  }
  try {
    const taken = await listen(http, port)
    return { page: `http://127.0.0.1:${taken}/`, sip: sip.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The port taken: the one asked for, otherwise the usual one, or any when that is in use. */
async function listen(http: Server, port: number | undefined): Promise<number> {
  const attempt = (wanted: number) =>
    new Promise<number>((resolve, reject) => {
      http.once('error', reject)
      http.listen(wanted, '127.0.0.1', () => resolve((http.address() as AddressInfo).port))
    })
  try {
    return await attempt(port ?? usualPort)
  } catch (error) {
    const isInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    if (isInUse && port === undefined) return attempt(0)
    throw isInUse ? new Error(`Port ${port} is in use; without --port a free one is taken`) : error
  }
}
