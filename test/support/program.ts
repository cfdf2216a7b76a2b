/**
 * A program that lives exactly as long as the test that started it. Its life hangs on a pipe: when this process goes,
 * for whatever reason (a crash, a timeout, kill -9), the pipe closes, the program is ended and its scratch is removed.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Program {
  /** A directory of its own, gone when the program is. */
  readonly scratch: string
  /** What it said so far, on both streams. */
  readonly output: string
  readonly running: boolean
  /** How it ended; null while it runs, and when it was killed. */
  readonly code: number | null
  /** Resolves when the program is gone and its scratch is removed. */
  stop(): Promise<void>
  /** The same for a crash: it and all it has started are gone at once, without a word to anybody. */
  kill(): Promise<void>
}

const supervisor = `
exec 3<&0
scratch=$1; shift
"$@" 3<&- </dev/null & program=$!
( read -r _ <&3; kill "$program"; sleep 3; kill -9 "$program" ) >/dev/null 2>&1 & watcher=$!
wait "$program"; code=$?
kill "$watcher" 2>/dev/null
rm -rf "$scratch"
exit "$code"
`

/** An empty directory under the system's one for such things. */
export function createScratch(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'callchart-'))
}

/** Starts `command`; what stands in `scratch` then belongs to the program. */
export function startProgram(command: string, args: readonly string[], scratch: string): Program {
  const child = spawn('bash', ['-c', supervisor, 'supervisor', scratch, command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true // a Ctrl-C at the terminal goes to us alone, and from us down the pipe
  })
  let output = ''
  let running = true
  let code: number | null = null
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  child.stdin.on('error', () => {})
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', (status) => {
      code = status
      resolve()
    })
  }).then(() => {
    running = false
    return rm(scratch, { recursive: true, force: true })
  })

  return {
    scratch,
    get output() {
      return output
    },
    get running() {
      return running
    },
    get code() {
      return code
    },
    stop() {
      child.stdin.destroy()
      return gone
    },
    kill() {
      // it leads a group of its own
      if (running && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      return gone
    }
  }
}
