/** A relay for media (TURN, RFC 8656): Debian's coturn, on ports of its own, gone when the test is. */
import { pathOf } from './needing.ts'
import { freePort, isFreeForUdp } from './ports.ts'
import { createScratch, startProgram } from './program.ts'
import { until } from './until.ts'

export interface Turn {
  readonly iceServer: Required<Pick<RTCIceServer, 'username' | 'credential'>> & { readonly urls: string }
  stop(): Promise<void>
}

const user = { username: 'relayed', credential: 'pw-relayed' }

export async function startTurn(): Promise<Turn> {
  const [port, scratch] = await Promise.all([freePort(), createScratch()])
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
  return {
    iceServer: { urls: `turn:127.0.0.1:${port}?transport=udp`, ...user },
    stop: () => program.stop()
  }
}
