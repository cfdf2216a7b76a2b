/** Serves the two softphones, and the SIP server they are registered on. */
import { startSipEmulator } from 'callchart/adapters/sip/emulator'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
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
const people = [
  { user: 'alice', name: 'Alice', peer: 'bob', tone: 440 },
  { user: 'bob', name: 'Bob', peer: 'alice', tone: 554 }
]
const users = people.map(({ user }) => user)

/** Resolves once the page can be opened. Without `port` the first free one from 5173 is taken, with 0 any free one. */
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

  const vite = await createServer({
    root: here,
    configFile: false,
    logLevel: 'warn',
    cacheDir: `${root}node_modules/.vite`,
    plugins: [endpoints],
    resolve: { tsconfigPaths: true },
    server: {
      host: '127.0.0.1',
      ...(port === undefined ? {} : { port, strictPort: port !== 0 }),
      fs: { allow: [root] }
    },
    // what is found only later would reload the page in the middle of a call
    optimizeDeps: { include: ['jssip', 'react', 'react-dom/client', 'rxjs', 'xstate'] }
  })
  const stop = async () => {
    await vite.close()
    await sip.stop()
  }
  try {
    await vite.listen()
  } catch (error) {
    await stop()
    throw error
  }
  return { page: vite.resolvedUrls?.local[0] ?? '', sip: sip.url, stop }
}
