// Makes a checkout ready: `node .ci/setup.mjs` installs the packages of the lock file when they are missing or older than
// it (with `--clean` always); with `--programs` also what the tests need of the operating system. Needs nothing but Node,
// and runs before `npm start` and `npm test`. A program that cannot be installed is an error only where CI is set:
// elsewhere the tests that need it are skipped and say so.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const say = (what, how) => console.log(`${what}: ${how}`)

installPackages()
if (process.argv.includes('--programs')) installPrograms()

function installPackages() {
  const written = (file) => (existsSync(`${root}/${file}`) ? statSync(`${root}/${file}`).mtimeMs : 0)
  const clean = process.argv.includes('--clean')
  if (!clean && written('node_modules/.package-lock.json') >= written('package-lock.json'))
    return say('npm packages', 'there')

  say('npm packages', 'being installed')
  const { status } = run('npm', ['ci', '--no-audit', '--no-fund'], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function installPrograms() {
  const missing = Object.entries(programs()).flatMap(([name, there]) => (there ? [] : [name]))
  for (const name of Object.keys(programs())) if (!missing.includes(name)) say(name, 'there')
  if (missing.length === 0) return

  const apt = aptGet()
  if (apt) {
    say(missing.join(', '), 'being installed')
    apt('update')
    const install = (...names) => apt('install', '--yes', '--no-install-recommends', ...names)
    if (!install(...missing)) for (const name of missing) install(name) // one that does not exist must not keep out the rest
  }
  const there = programs()
  for (const name of missing) {
    if (there[name]) say(name, 'installed')
    else say(name, `missing${apt ? '' : ' (no apt-get, or not root)'}; tests that need it are skipped`)
  }
  if (process.env.CI && missing.some((name) => !there[name])) process.exit(1)
}

/** By the name of Debian's package: is it there? */
function programs() {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib'
  ]
  const module = (name) => folders.some((folder) => existsSync(`${folder}/kamailio/modules/${name}.so`))
  const command = (...names) => names.some((name) => run('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0)
  return {
    kamailio: command('kamailio'),
    'kamailio-websocket-modules': module('websocket'),
    'kamailio-tls-modules': module('tls'),
    chromium: process.env.CHROMIUM
      ? existsSync(process.env.CHROMIUM)
      : command('chromium', 'chromium-browser', 'google-chrome'),
    openssl: command('openssl'),
    iproute2: command('ip'),
    coturn: command('turnserver'),
    'libnss3-tools': command('certutil'),
    'rtpengine-daemon': command('rtpengine'),
    'sip-tester': command('sipp'),
    'baresip-core': command('baresip'),
    nftables: command('nft')
  }
}

/** apt-get as root, or null where there is none or we may not. */
function aptGet() {
  if (run('apt-get', ['--version']).status !== 0) return null
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND']
  if (sudo.length > 0 && run('sudo', ['-n', 'true']).status !== 0) return null
  return (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', '--quiet', '--quiet', ...args]
    return run(command, rest, { stdio: 'inherit' }).status === 0
  }
}

function run(command, args, options = {}) {
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`
  const env = { ...process.env, PATH: path, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { cwd: root, env, stdio: 'ignore', shell: process.platform === 'win32', ...options })
}
