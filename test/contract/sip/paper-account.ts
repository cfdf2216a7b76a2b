/** An account that registers and comes back, on a scripted line. */
import { turns } from './paper-phones.ts'
import type { OurPhone } from './paper-phones.ts'
import { field, reply } from './scripted-line.ts'

export function granted(request: string, parameters = '') {
  const contact = field(request, 'Contact').replace(/;expires=\d+/, '')
  return reply(request, 200).replace(/^Contact: .*$/m, `Contact: ${contact};expires=600${parameters}`)
}

export async function registered(phone: OurPhone, attempt = 1, parameters = '') {
  phone.transport.send({ type: 'register', attempt })
  phone.line.receive(granted(await phone.line.next(/^REGISTER/), parameters))
  await turns()
}

export async function reconnected(phone: OurPhone, attempt: number) {
  phone.transport.send({ type: 'connect', attempt })
  await turns()
}
