/**
 * Programs of the operating system that some tests need. Where one is missing these tests are skipped and say why; on a
 * machine that sets CI they fail instead.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, test } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Why this suite is not run here. */
    reason?: string
    /** How many tests there is nothing to try for, by the reason why. */
    notTried?: Readonly<Record<string, number>>
  }
}

type Need = 'kamailio' | 'chromium' | 'certutil' | 'networks' | 'coturn' | 'rtpengine' | 'baresip' | 'sipp' | 'nft'

const missing: Record<Need, () => string | null> = {
  kamailio() {
    if (!pathOf('kamailio')) return 'kamailio is not installed'
    if (!hasKamailioModule('websocket')) return 'kamailio-websocket-modules is not installed'
    if (!hasKamailioModule('tls')) return 'kamailio-tls-modules is not installed'
    return pathOf('openssl') ? null : 'openssl is not installed'
  },
  chromium: () => (chromiumPath() ? null : 'chromium is not installed (or set CHROMIUM to its path)'),
  certutil: () => (pathOf('certutil') ? null : 'libnss3-tools is not installed'),
  coturn: () => (pathOf('turnserver') ? null : 'coturn is not installed'),
  networks: () => (mayMakeNetworks() ? null : 'networks cannot be made here (needs root, and ip of iproute2)'),
  rtpengine: () => (pathOf('rtpengine') ? null : 'rtpengine-daemon is not installed'),
  baresip: () => (pathOf('baresip') ? null : 'baresip-core is not installed'),
  sipp: () => (pathOf('sipp') ? null : 'sip-tester is not installed'),
  nft() {
    if (!pathOf('nft')) return 'nftables is not installed'
    return runs('nft', 'list', 'tables') ? null : 'packets may not be filtered (it takes root)'
  }
}

/** A suite that runs only where these programs are. */
export function describeWith(needs: readonly Need[], name: string, body: () => void): void {
  const reasons = needs.flatMap((need) => missing[need]() ?? [])
  if (reasons.length === 0) return void describe(name, body)

  const reason = reasons.join(', ')
  if (!process.env['CI']) return void describe.skip(name, { meta: { reason } }, body)
  describe(name, () => {
    test('has the programs it needs', () => {
      throw new Error(`${reason}, and with CI set nothing may be left out`)
    })
  })
}

/** Where Chromium is: the variable CHROMIUM, or the first of its usual names on the path. */
export function chromiumPath(): string | null {
  const wanted = process.env['CHROMIUM']
  if (wanted) return existsSync(wanted) ? wanted : null
  return pathOf('chromium') ?? pathOf('chromium-browser') ?? pathOf('google-chrome')
}

export function pathOf(program: string): string | null {
  try {
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
    return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { env: { PATH: path } })
      .toString()
      .trim()
  } catch {
    return null
  }
}

/** Whether a pair of network devices can be made in a namespace; both are gone with it. */
export function mayMakeNetworks(): boolean {
  const attempt = ['link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'other']
  return runs('unshare', '-n', pathOf('ip') ?? 'ip', ...attempt)
}

function runs(program: string, ...args: readonly string[]): boolean {
  return spawnSync(pathOf(program) ?? program, args, { stdio: 'ignore' }).status === 0
}

function hasKamailioModule(name: string): boolean {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib'
  ]
  return folders.some((folder) => existsSync(`${folder}/kamailio/modules/${name}.so`))
}
