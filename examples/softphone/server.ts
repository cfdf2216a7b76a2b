/** Serves the softphones, and the provider’s server that they are connected to. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ProviderName } from '../providers/account.ts'
import { startProvider } from '../providers/emulator.ts'
import { bundle, sendFile } from './bundle.ts'
import type { PhoneSettings } from './phone-settings.ts'

export interface Demo {
  /** The page's address. */
  readonly page: string
  /** The address of the provider’s server. */
  readonly server: string
  stop(): Promise<void>
}

const page = 'index.html'
const usualPort = 5173
const everybody = [
  { user: 'alice', name: 'Alice', tone: 440 },
  { user: 'bob', name: 'Bob', tone: 554 },
  { user: 'carol', name: 'Carol', tone: 659 }
] as const

export interface DemoOptions {
  /** 0 for any that is free; without it 5173 where that is free. */
  readonly port?: number
  readonly provider?: ProviderName
}

/** Resolves once the page can be opened. */
export async function startDemo({ port, provider = 'sip' }: DemoOptions = {}): Promise<Demo> {
  // where calls cannot be passed on there is nothing for a third to do
  const people = everybody.slice(0, provider === 'sip' ? 3 : 2)
  const users: readonly string[] = people.map(({ user }) => user)
  const files = await bundle(new URL('.', import.meta.url), page, { isLookedInto: true })
  const { emulator, account } = await startProvider(provider, users)

  const phones = people.map(({ user, name, tone }): PhoneSettings => {
    const others = people.filter((other) => other.user !== user)
    return {
      account: account(user, name),
      user,
      name,
      tone,
      address: emulator.address(user),
      peers: others.map((other) => ({ name: other.name, address: emulator.address(other.user) }))
    }
  })

  /** What the page consists of, and what it asks of the server it came from; says whether there is such a thing. */
  function answer({ url = '', method }: IncomingMessage, response: ServerResponse): boolean {
    const base = 'http://localhost'
    if (!URL.canParse(url, base)) return false
    const { pathname, searchParams } = new URL(url, base)
    const user = searchParams.get('user') ?? ''
    if (method === 'GET' && pathname === '/demo/phones') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(phones))
      return true
    }
    if (method === 'GET' || method === 'HEAD')
      return sendFile(files, pathname === '/' ? `/${page}` : pathname, response)
    if (method !== 'POST' || !users.includes(user)) return false
    if (pathname === '/demo/drop') emulator.drop(user)
    else if (pathname === '/demo/outage') void outage(user)
    else return false
    response.writeHead(204).end()
    return true
  }

  /** Long enough to be seen, short enough for the call to survive: nobody can connect meanwhile. */
  async function outage(user: string) {
    emulator.refuse()
    emulator.drop(user)
    await pause(5_000)
    emulator.accept()
  }

  const http = createServer((request, response) => {
    if (!answer(request, response)) response.writeHead(404).end()
  })
  const stop = async () => {
    http.closeAllConnections()
    http.close()
    await emulator.stop()
  }
  try {
    const taken = await listen(http, port)
    return { page: `http://127.0.0.1:${taken}/`, server: emulator.url, stop }
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
