/** An exchange that plays a script, strictly: SIPp, which takes no message but the one that is next in its scenario. */
import { writeFile } from 'node:fs/promises'
import { pathOf } from '../needing.ts'
import { freePort, isFreeForUdp } from '../ports.ts'
import { createScratch, startProgram } from '../program.ts'
import { until } from '../until.ts'
import { tone } from './tone.ts'

export interface Script {
  readonly steps: readonly string[]
  /** Whether it places the call; otherwise it waits for one. */
  readonly calls: boolean
}

export interface Exchange {
  /** Resolves when the script has been played to its end; rejects with what came instead. */
  finished(): Promise<void>
  stop(): Promise<void>
}

export interface ExchangeOptions {
  /** Kamailio, `host:port`. */
  readonly proxy: string
  /** Its own port, where calls to numbers arrive. */
  readonly port: number
  /** Whom it calls. */
  readonly callee?: string
}

export async function startExchange(script: Script, { proxy, port, callee }: ExchangeOptions): Promise<Exchange> {
  const scratch = await createScratch()
  const media = await freePort()
  const file = `${scratch}/scenario.xml`
  await writeFile(`${scratch}/tone.ul`, tone({ frequency: 440, seconds: 10 }))
  const xml = script.steps.join('\n').replaceAll('tone.ul', `${scratch}/tone.ul`)
  await writeFile(file, `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="script">\n${xml}\n</scenario>\n`)

  const to = callee === undefined ? [] : ['-s', callee]
  const program = startProgram(
    'env',
    [
      ...['TERM=dumb', pathOf('sipp') ?? 'sipp', '-nostdin', '-sf', file, '-m', '1', ...to],
      ...['-i', '127.0.0.1', '-p', `${port}`, '-mi', '127.0.0.1', '-mp', `${media}`],
      ...['-trace_err', '-error_file', `/dev/stderr`, proxy]
    ],
    scratch
  )
  if (!script.calls) await until(async () => !(await isFreeForUdp(port)), { what: 'an exchange that takes calls' })

  return {
    async finished() {
      await until(() => !program.running, { within: 15_000, what: 'the end of the script' })
      if (program.code !== 0) throw new Error(`The script was not played to its end: ${program.output.slice(-3_000)}`)
    },
    stop: () => program.stop()
  }
}
