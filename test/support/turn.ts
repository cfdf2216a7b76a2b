/** A relay for media (TURN, RFC 8656): Debian's coturn, on ports of its own, gone when the test is. */
import { readFile } from 'node:fs/promises'
import { pathOf } from './needing.ts'
import { freePort, isFreeForUdp } from './ports.ts'
import { createScratch, startProgram } from './program.ts'
import { until } from './until.ts'

export interface Turn {
  readonly iceServer: Required<Pick<RTCIceServer, 'username' | 'credential'>> & { readonly urls: string }
  readonly isFrozen: boolean
  /** Nothing is relayed any more, and nobody is told. */
  freeze(): void
  thaw(): void
  /** Ends it and starts it anew at the same address: whatever was relayed has to be asked for again. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const user = { username: 'relayed', credential: 'pw-relayed' }

export async function startTurn(): Promise<Turn> {
  const port = await freePort()
  let turn = await start(port)
  let isFrozen = false
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    isFrozen = name === 'SIGSTOP'
    process.kill(turn.pid, name)
  }
  return {
    iceServer: { urls: `turn:127.0.0.1:${port}?transport=udp`, ...user },
    get isFrozen() {
      return isFrozen
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async restart() {
      await turn.program.kill()
      turn = await start(port)
      isFrozen = false
    },
    stop() {
      // what is stopped cannot end
      if (isFrozen) signal('SIGCONT')
      return turn.program.stop()
    }
  }
}

async function start(port: number) {
  const scratch = await createScratch()
  const program = startProgram(
    pathOf('turnserver') ?? 'turnserver',
    [
      ...['-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${port}`],
      ...['--realm=example.test', '--lt-cred-mech', `--user=${user.username}:${user.credential}`],
      ...[`--userdb=${scratch}/users`, `--pidfile=${scratch}/pid`, '--log-file=stdout', '--simple-log'],
      ...['--no-tls', '--no-dtls', '--no-cli', '--allow-loopback-peers', '--no-multicast-peers', '--fingerprint']
    ],
    scratch
  )
  await until(async () => !program.running || !(await isFreeForUdp(port)), { what: 'the start of coturn' })
  if (!program.running) throw new Error(`coturn did not start: ${program.output}`)
  const pid = await until(async () => Number(await readFile(`${scratch}/pid`, 'utf8').catch(() => '')), {
    what: 'the process of coturn'
  })
  return { program, pid }
}
