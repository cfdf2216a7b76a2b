import { parseArgs } from 'node:util'
import { parties, providers } from './providers.ts'
import type { ProviderName } from './providers.ts'

export interface EmulateRequest {
  readonly provider: ProviderName
  readonly host: string
  readonly port: number
  readonly users: readonly string[]
}

export type Asked =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | ({ readonly kind: 'emulate' } & EmulateRequest)
  /** What is wrong, for whoever typed it. */
  | { readonly kind: 'wrong'; readonly sentence: string }

const names = Object.keys(providers) as ProviderName[]

export const usage = `Usage: callchart emulate ${names.join('|')} [options]

Runs the provider's server on this machine until it is told to end. Once clients can connect it prints one line of JSON:
its url, the users with what each needs to connect, and whom to call for an answer, a busy line and so on.

  --port N       the port to listen on; 0, the default, takes a free one
  --host ADDRESS the address to listen on; 127.0.0.1, which other machines cannot reach, when left out
  --user NAME    somebody who may connect, again for each; alice and bob when left out
  --help         this text
  --version      the version of callchart`

/** A name, not a number, and of three letters or more: what every provider takes for one. */
const userName = /^[a-z][a-z\d._-]{2,63}$/i

export function readArguments(args: readonly string[]): Asked {
  try {
    return judge(parse(args))
  } catch (error) {
    // Node's sentence goes on with advice about `--`, which is no use here.
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\. /)
    return wrong(`${sentence.replace(/\.$/, '')}.`)
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      user: { type: 'string', multiple: true, default: ['alice', 'bob'] },
      help: { type: 'boolean', short: 'h', default: false },
      version: { type: 'boolean', short: 'v', default: false }
    }
  })
}

function judge({ values, positionals }: ReturnType<typeof parse>): Asked {
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const [command, provider, ...more] = positionals
  if (command === undefined) return wrong('What is there to do?')
  if (command !== 'emulate') return wrong(`There is no command ${command}.`)
  if (provider === undefined) return wrong(`Which provider: ${names.join(', ')}?`)
  if (!isProvider(provider)) return wrong(`There is no provider ${provider}: it is one of ${names.join(', ')}.`)
  if (more.length > 0) return wrong(`One provider at a time; not ${more.join(' ')} as well.`)
  const { port, host, user: users } = values
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return wrong(`Not a port: ${port}`)
  if (host.trim() === '') return wrong('An empty host is none.')
  const odd = users.find((user) => !userName.test(user) || parties.some(({ name }) => name === user))
  if (odd !== undefined) return wrong(`Not a name for a user: ${odd}`)
  return { kind: 'emulate', provider, host, port: Number(port), users: [...new Set(users)] }
}

function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(providers, name)
}

function wrong(sentence: string): Asked {
  return { kind: 'wrong', sentence }
}
