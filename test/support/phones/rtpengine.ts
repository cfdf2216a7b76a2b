/** A media bridge between browsers and phones that speak plain RTP: Debian's rtpengine, in userspace. */
import { createSocket } from 'node:dgram'
import { pathOf } from '../needing.ts'
import { freePort } from '../ports.ts'
import { createScratch, startProgram } from '../program.ts'
import { until } from '../until.ts'

export interface Bridge {
  /** Where it takes orders, `host:port`. */
  readonly control: string
  /** The keys (RFC 4733) that went through it, in order. */
  readonly keys: string
  stop(): Promise<void>
}

/** How many RTP ports it may use; four make a call. */
const span = 80

export async function startBridge(): Promise<Bridge> {
  const [control, report, media] = await Promise.all([freePort(), freePort(), freePort()])
  let keys = ''
  const listener = createSocket('udp4', (datagram) => {
    keys += (JSON.parse(datagram.toString()) as { event: number }).event
  })
  listener.bind(report, '127.0.0.1')

  const scratch = await createScratch()
  const program = startProgram(
    pathOf('rtpengine') ?? 'rtpengine',
    [
      ...['--config-file=none', '--table=-1', '--foreground', '--log-stderr', '--log-level=5', '--num-threads=2'],
      ...[`--pidfile=${scratch}/pid`, '--interface=127.0.0.1', `--listen-ng=127.0.0.1:${control}`],
      ...[`--port-min=${media}`, `--port-max=${media + span}`, `--dtmf-log-dest=127.0.0.1:${report}`],
      ...['--timeout=60', '--silent-timeout=3600', '--delete-delay=0', '--dtls-passive']
    ],
    scratch
  )
  await until(() => !program.running || answers(control), { within: 10_000, what: 'the start of rtpengine' })
  if (!program.running) throw new Error(`rtpengine did not start: ${program.output}`)

  return {
    control: `127.0.0.1:${control}`,
    get keys() {
      return keys
    },
    async stop() {
      await program.stop()
      await new Promise<void>((resolve) => listener.close(() => resolve()))
    }
  }
}

/** Its protocol: a cookie, and a dictionary in bencoding. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const done = (there: boolean) => {
      clearTimeout(timer)
      socket.close()
      resolve(there)
    }
    const timer = setTimeout(() => done(false), 200)
    socket.once('error', () => done(false))
    socket.once('message', () => done(true))
    socket.send('1 d7:command4:pinge', port, '127.0.0.1')
  })
}
