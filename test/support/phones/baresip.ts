/** A desk phone that nobody here wrote: baresip, with a sine for a microphone. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { mkdir, writeFile } from 'node:fs/promises'
import { pathOf } from '../needing.ts'
import { freePort } from '../ports.ts'
import { createScratch, startProgram } from '../program.ts'
import type { Program } from '../program.ts'
import { until } from '../until.ts'

export interface DeskPhone {
  /** A command of baresip's: `dial`, `accept`, `hangup`, `hold`, `resume`, `sndcode`, `transfer` … */
  say(command: string, parameters?: string): Promise<void>
  /** Waits until it has told this event. */
  tells(type: string, look?: Readonly<Record<string, unknown>>): Promise<void>
  stop(): Promise<void>
}

export interface DeskPhoneOptions {
  /** Kamailio, `host:port`. */
  readonly proxy: string
  readonly domain: string
  readonly user: string
  readonly password: string
  /** Whether it answers by itself. */
  readonly answers?: boolean
}

export async function startDeskPhone(options: DeskPhoneOptions): Promise<DeskPhone> {
  const [sip, control, media] = await Promise.all([freePort(), freePort(), freePort()])
  const scratch = await createScratch()
  await mkdir(`${scratch}/home`)
  await writeFile(`${scratch}/config`, configuration({ sip, control, media }))
  await writeFile(`${scratch}/accounts`, account(options))
  await writeFile(`${scratch}/contacts`, '')
  const program = startProgram('env', [`HOME=${scratch}/home`, pathOf('baresip') ?? 'baresip', '-f', scratch], scratch)
  await until(() => !program.running || program.output.includes('1 binding'), { within: 10_000, what: 'a desk phone' })
  if (!program.running) throw new Error(`baresip did not start: ${program.output}`)
  const line = await createLine(control, program)

  return {
    say: (command, parameters = '') => line.say(command, parameters),
    tells: (type, look = {}) => line.tells(type, look),
    async stop() {
      line.close()
      await program.stop()
    }
  }
}

function configuration({ sip, control, media }: Readonly<Record<'sip' | 'control' | 'media', number>>): string {
  return [
    `sip_listen 127.0.0.1:${sip}`,
    'sip_trans_def udp',
    'call_local_timeout 120',
    'call_max_calls 4',
    'call_hold_other_calls no',
    'audio_source ausine,440',
    'audio_player aubridge,null',
    'audio_alert aubridge,null',
    'ausrc_srate 48000', // ausine knows no other rate, and is always stereo
    'ausrc_channels 2',
    'auplay_srate 8000',
    'auplay_channels 1',
    `rtp_ports ${media}-${media + 40}`,
    'rtcp_mux no',
    'jitter_buffer_type fixed',
    'jitter_buffer_delay 2-5',
    'net_interface 127.0.0.1',
    'module_path /usr/lib/baresip/modules',
    'module g711.so',
    'module ausine.so',
    'module aubridge.so',
    'module_tmp uuid.so',
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen 127.0.0.1:${control}`,
    ''
  ].join('\n')
}

function account({ proxy, domain, user, password, answers = false }: DeskPhoneOptions): string {
  const parameters = [
    ...[`auth_user=${user}`, `auth_pass=${password}`, `outbound="sip:${proxy};transport=udp"`, 'regint=60'],
    ...['audio_codecs=PCMU', `answermode=${answers ? 'auto' : 'manual'}`]
  ]
  return `"Desk Phone" <sip:${user}@${domain}>;${parameters.join(';')}\n`
}

interface Told extends Readonly<Record<string, unknown>> {
  readonly event?: boolean
  readonly type?: string
  readonly token?: string
  readonly ok?: boolean
  readonly data?: string
}

/** Its control port: JSON in netstrings. */
async function createLine(port: number, program: Program) {
  const socket = await until(() => open(port), { what: 'the control port of baresip' })
  const events: Told[] = []
  const waiting = new Map<string, (answer: Told) => void>()
  let rest = Buffer.alloc(0)
  let count = 0
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const colon = rest.indexOf(':')
      const end = colon + 1 + Number(rest.subarray(0, Math.max(colon, 0)).toString())
      if (colon < 0 || rest.length <= end) return
      const told = JSON.parse(rest.subarray(colon + 1, end).toString()) as Told
      rest = rest.subarray(end + 1)
      if (told.event === true) events.push(told)
      else waiting.get(told.token ?? '')?.(told)
    }
  })

  return {
    async say(command: string, params: string) {
      count += 1
      const token = `${count}`
      const json = JSON.stringify({ command, params, token })
      const answer = new Promise<Told>((resolve) => waiting.set(token, resolve))
      socket.write(`${Buffer.byteLength(json)}:${json},`)
      const { ok, data } = await answer
      if (ok !== true) throw new Error(`baresip refused ${command}: ${data}`)
    },
    async tells(type: string, look: Readonly<Record<string, unknown>>) {
      const isIt = (told: Told) =>
        told.type === type && Object.entries(look).every(([name, value]) => told[name] === value)
      try {
        await until(() => events.some(isIt), { what: `baresip: ${type}` })
      } catch (cause) {
        const told = events.map((event) => event.type).join(', ')
        throw new Error(`baresip told ${told}, and said ${program.output.slice(-1_500)}`, { cause })
      }
    },
    close: () => socket.destroy()
  }
}

function open(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.once('error', () => resolve(null))
  })
}
