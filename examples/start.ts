/** `npm start`: two softphones in a page. `npm start -- --call`: a whole call without a browser. */
import { parseArgs } from 'node:util'
import { style } from './node/columns.ts'

const usage = `Usage: npm start                   two softphones in a page, on a SIP server of their own
       npm start -- --port 8080    the page on this port
       npm start -- --call         a whole call in this terminal, without a browser`

try {
  const { call = false, port, help = false } = read()
  if (help) console.log(usage)
  else if (call) await showCall()
  else await serve(port)
} catch (error) {
  console.error(style(['red'], error instanceof Error ? error.message : String(error)))
  process.exit(1)
}

function read(): { call?: boolean; help?: boolean; port?: number } {
  const { values } = parseArgs({
    options: { call: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, port: { type: 'string' } }
  })
  const { port, ...flags } = values
  if (port === undefined) return flags
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw new Error(`Not a port: ${port}\n\n${usage}`)
  return { ...flags, port: Number(port) }
}

async function showCall() {
  const { wholeCall } = await import('./node/whole-call.ts')
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('The call has not come to its end within 20 s')), 20_000)
  )
  await Promise.race([wholeCall(), late])
  process.exit(0)
}

async function serve(port: number | undefined) {
  const { startDemo } = await import('./softphone/server.ts')
  const demo = await startDemo(port === undefined ? {} : { port })
  console.log(`
  ${style(['bold'], 'callchart')}: two softphones that call each other

  Page         ${style(['bold', 'cyan'], demo.page)}   open it, and press Call
  SIP server   ${demo.sip}     in this process, for Alice and Bob only

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
