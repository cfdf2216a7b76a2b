/** Every program of examples/node runs as its reader would run it. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

async function run(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', ...args], { cwd: root })
  return stdout
}

test('a whole call in a terminal shows both sides, and checks what was heard', async () => {
  const output = await run('examples/start.ts', '--call')

  expect(output).toMatch(/alice holds .*\n/)
  expect(output.match(/✓/g)).toHaveLength(5)
  expect(output).not.toContain('✗')
})

test.each([
  ['infobip', 'Infobip'],
  ['azstack', 'AZStack']
])('the same call goes through the server of %s', async (provider, name) => {
  const output = await run('examples/start.ts', '--provider', provider, '--call')

  expect(output).toContain(`the ${name} server on `)
  expect(output.match(/✓/g)).toHaveLength(4)
})

test('a provider that there is not is refused with a sentence', async () => {
  await expect(run('examples/start.ts', '--provider', 'toString')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no provider toString')
  })
})

test('why calls end is told in the words of the engine', async () => {
  const output = await run('examples/node/why-calls-end.ts')

  const reasons = output
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).slice(0, 2).join(' '))
  expect(reasons).toEqual([
    'busy busy',
    'declines declined',
    'unknown not-found',
    'costs payment-required',
    'rings cancelled',
    'answers hangup'
  ])
})

test('a call whose connection is cut is held afterwards', async () => {
  const output = await run('examples/node/survive-a-cut.ts')

  expect(output).toMatch(/signalling detached[^]*signalling attached[^]*held all the same: held/)
})

test('an answering machine hears who calls, and the digits', async () => {
  const output = await run('examples/node/answering-machine.ts')

  expect(output).toMatch(/sip:carol@example.test pressed 1234#/)
  expect(output).toMatch(/Carol: hangup/)
})

test.each(['SIGINT', 'SIGTERM'] as const)('the softphones are served until %s', async (signal) => {
  const program = spawn(process.execPath, ['--import', 'tsx', 'examples/start.ts', '--port', '0'], { cwd: root })
  onTestFinished(() => void program.kill('SIGKILL'))
  let output = ''
  program.stdout.on('data', (data: Buffer) => (output += data.toString()))
  const ended = once(program, 'exit')

  const [, page] = await vi.waitUntil(() => /Page +(\S+).*Ctrl\+C/s.exec(output), { timeout: 15_000 })
  const response = await fetch(page ?? '')
  expect(await response.text()).toContain('Softphones – callchart')
  program.kill(signal)

  expect(await ended).toEqual([0, null])
  expect(output).toContain('Stopped.')
})

test('a port that is no port is refused with a sentence', async () => {
  await expect(run('examples/start.ts', '--port', 'http')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Not a port: http')
  })
})
