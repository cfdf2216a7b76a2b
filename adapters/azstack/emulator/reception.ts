/** Who is who: the master that gives out slaves, the slave that checks tokens, and the users it has met. */
import * as service from '../packets/services.ts'
import type { ClientBody, ServerPacket } from '../packets.ts'
import type { Keys } from './keys.ts'
import type { AzstackIceServer } from './types.ts'

export interface Reception {
  /** The address every master gives. Clients only hand it back. */
  readonly slave: ServerPacket
  /** Who authenticates with this, and under which name, or what is wrong with it. */
  check(body: ClientBody<179>): { readonly user: string } | { readonly fault: string }
  welcome(user: string, fullname: string): ServerPacket
  readonly userId: (user: string) => number
  readonly isKnown: (userId: number) => boolean
  userOf(userId: number): string | null
}

export interface ReceptionOptions {
  readonly appId: string
  readonly keys: Keys
  readonly credentialsOf: (user: string) => string | null
  readonly iceServers: readonly AzstackIceServer[]
}

const SLAVE = { ip: '10.0.0.7', port: 9090 }
const FIRST_USER_ID = 1001

export function createReception({ appId, keys, credentialsOf, iceServers }: ReceptionOptions): Reception {
  const met: string[] = []

  const userId = (user: string): number => {
    if (!met.includes(user)) met.push(user)
    return FIRST_USER_ID + met.indexOf(user)
  }

  return {
    slave: { service: service.slave, body: SLAVE },
    check({ token: encrypted, appId: theirs, slaveIp, slavePort, namespace, sdkVersion }) {
      if (slaveIp !== SLAVE.ip || slavePort !== SLAVE.port) return { fault: 'Another Slave' }
      if (theirs !== appId) return { fault: 'Unknown Application' }
      const read = keys.read(encrypted)
      if ('fault' in read) return read
      const { token } = read
      if (token.sdkVersion !== sdkVersion || token.namespace !== namespace) return { fault: 'Token Of Another Client' }
      const credentials = credentialsOf(token.azStackUserID)
      if (credentials === null) return { fault: 'Unknown User' }
      if (credentials !== token.userCredentials) return { fault: 'Wrong Credentials' }
      return { user: token.azStackUserID }
    },
    welcome: (user, fullname) => ({
      service: service.authenticated,
      body: { userId: userId(user), username: user, fullname, ice_server: [...iceServers] }
    }),
    userId,
    userOf: (id) => met[id - FIRST_USER_ID] ?? null,
    isKnown: (id) => met[id - FIRST_USER_ID] !== undefined
  }
}
