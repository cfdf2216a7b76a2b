import type { Failure } from '../../machines/index.ts'
import type { SocketEnd } from './socket.ts'
import { isPermanent } from './wire.ts'

/** Why there is no connection, by how far it had come. */
export const closings: Readonly<Record<SocketEnd['stage'], Failure>> = {
  unreachable: {
    code: 'connection.unreachable',
    text: 'The WebSocket did not open: nobody there, refused, or not trusted (TLS)'
  },
  'not-sip': { code: 'connection.refused', text: 'The server does not speak SIP over this WebSocket (RFC 7118)' },
  lost: { code: 'connection.lost', text: 'The WebSocket was closed' }
}

/** Why there is no registration, by the status that refused it. */
export function refusalCode(status: number | undefined): Failure['code'] {
  if (status === undefined) return 'registration.timeout'
  if (status === 401 || status === 407) return 'registration.unauthorized'
  return isPermanent(status) ? 'registration.forbidden' : 'registration.rejected'
}
