/** `npm start`: softphones in a page. `npm start -- --call`: a whole call without a browser. On any provider. */
import { parseArgs } from 'node:util'
import { style } from './node/columns.ts'
import { providerNames } from './providers/account.ts'
import type { ProviderName } from './providers/account.ts'

const usage = `Usage: npm start                           three softphones in a page, on a SIP server of their own
       npm start -- --port 8080            the page on this port
       npm start -- --provider infobip     on another provider’s server: sip, infobip or azstack
       npm start -- --call                 a whole call in this terminal, without a browser`

try {
  const { call = false, help = false, ...options } = read()
  if (help) console.log(usage)
  else if (call) await showCall(options.provider)
  else await serve(options)
} catch (error) {
  console.error(style(['red'], error instanceof Error ? error.message : String(error)))
  process.exit(1)
}

interface Options {
  readonly provider: ProviderName
  readonly port?: number
}

function read(): Options & { readonly call?: boolean; readonly help?: boolean } {
  const { values } = parseArgs({
    options: {
      call: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      port: { type: 'string' },
      provider: { type: 'string', default: 'sip' }
    }
  })
  const { port, provider, ...flags } = values
  if (!isProvider(provider)) throw new Error(`There is no provider ${provider}\n\n${usage}`)
  if (port === undefined) return { ...flags, provider }
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw new Error(`Not a port: ${port}\n\n${usage}`)
  return { ...flags, provider, port: Number(port) }
}

function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(providerNames, name)
}

async function showCall(provider: ProviderName) {
  const { wholeCall } = await import('./node/whole-call.ts')
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('The call has not come to its end within 20 s')), 20_000)
  )
  await Promise.race([wholeCall(provider), late])
  process.exit(0)
}

async function serve(options: Options) {
  const { startDemo } = await import('./softphone/server.ts')
  const demo = await startDemo(options)
  const server = `${providerNames[options.provider]} server`.padEnd(16)
  console.log(`
  ${style(['bold'], 'callchart')}: softphones that call each other

  ${'Page'.padEnd(16)} ${style(['bold', 'cyan'], demo.page)}   open it, and press Call
  ${server} ${demo.server}     in this process, for these phones only

  ${style(['dim'], 'Ctrl+C stops both.')}
`)
  const stop = () => {
    demo.stop().then(
      () => {
        console.log('Stopped.')
        process.exit(0)
      },
      () => process.exit(1)
    )
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  stopWithNpm(stop)
}

/** When npm is told to end, it tells a shell, which keeps it to itself: seen from here our parent is gone. */
function stopWithNpm(stop: () => void) {
  if (process.env['npm_lifecycle_event'] !== 'start') return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, 500)
}
