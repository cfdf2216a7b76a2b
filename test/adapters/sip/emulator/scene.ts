/** Clients on a server, and the messages that the tests of the proxy begin with. */
import { onTestFinished } from 'vitest'
import { startSipEmulator } from '../../../../adapters/sip/emulator.ts'
import type { SipEmulator, SipEmulatorOptions } from '../../../../adapters/sip/emulator.ts'
import { random, registered, request } from './raw-client.ts'
import type { Parts, RawClient } from './raw-client.ts'

/** A server of this test's own; it stops with the test. */
export async function start(options: SipEmulatorOptions = {}): Promise<SipEmulator> {
  const server = await startSipEmulator(options)
  onTestFinished(() => server.stop())
  return server
}

/** A registered device of a user, known by an instance of its name. */
export const join = (server: SipEmulator, user: string, device = user): Promise<RawClient> =>
  registered(server.credentials(user), user, {
    contact: `<sip:${user}@${device}.invalid>;+sip.instance="<urn:uuid:${device}>";reg-id=1`
  })

export const INVITE: Parts = {
  method: 'INVITE',
  uri: 'sip:bob@example.test',
  from: '<sip:alice@example.test>;tag=caller',
  to: 'bob',
  headers: ['Contact: <sip:alice@example.test;gr=urn:uuid:alice>']
}

/** The CANCEL or the ACK of an INVITE: the same transaction, another method. */
export const following = (invite: string, method: string): string =>
  invite.replace(/^INVITE/, method).replace(/(CSeq: \d+) INVITE/, `$1 ${method}`)

export const statusOf = (text: string): string => /^SIP\/2\.0 (.*)\r\n/.exec(text)?.[1] ?? text

/** Everything that reached the server from this client before has been dealt with. */
export async function settled(client: RawClient): Promise<void> {
  const callId = random()
  client.send(request({ callId }))
  await client.next(new RegExp(`Call-ID: ${callId}\r`))
}
