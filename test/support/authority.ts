/** Somebody who signs certificates, made for one test: browsers trust it only in a home where that is said. */
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Certificate } from './kamailio.ts'
import { pathOf } from './needing.ts'
import { createScratch } from './program.ts'

export interface Authority {
  /** Signed for 127.0.0.1. */
  readonly server: Certificate
  /** The home of a user whose browser trusts this authority besides those it always does. */
  readonly home: string
  remove(): Promise<void>
}

const run = promisify(execFile)

export async function createAuthority(): Promise<Authority> {
  const folder = await createScratch()
  const file = (name: string) => join(folder, name)
  const openssl = (...args: readonly string[]) => run('openssl', args, { cwd: folder })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

  const ofAuthority = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign']
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=Authority of a test',
    ...ofAuthority,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt'
  )
  await openssl('req', ...newKey, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr')
  await writeFile(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n')
  const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
  await openssl('x509', '-req', '-in', 'server.csr', ...signing, '-out', 'server.crt')

  // where Chromium on Linux looks for what its user has decided
  const home = file('home')
  const database = join(home, '.pki/nssdb')
  const certutil = (...args: readonly string[]) =>
    run(pathOf('certutil') ?? 'certutil', ['-d', `sql:${database}`, ...args])
  await mkdir(database, { recursive: true })
  await certutil('-N', '--empty-password')
  await certutil('-A', '-n', 'test', '-t', 'C,,', '-i', file('ca.crt'))

  return {
    server: { certificate: file('server.crt'), key: file('server.key') },
    home,
    remove: () => rm(folder, { recursive: true, force: true })
  }
}
