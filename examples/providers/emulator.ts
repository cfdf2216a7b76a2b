import type { Emulator } from 'callchart/testing'
import type { Account, ProviderName } from './account.ts'

export interface Provider {
  readonly emulator: Emulator
  /** All that this user’s phone needs; `name` is what others are shown. */
  readonly account: (user: string, name: string) => Account
}

/** The provider’s server in this process, for these users only. */
export async function startProvider(provider: ProviderName, users: readonly string[]): Promise<Provider> {
  switch (provider) {
    case 'sip': {
      const { startSipEmulator } = await import('callchart/adapters/sip/emulator')
      const emulator = await startSipEmulator({ users: secretsFor(users) })
      // digits by INFO: of those in the audio no browser tells who hears them
      const account = (user: string, displayName: string) =>
        ({ provider, options: { ...emulator.credentials(user), displayName, dtmf: 'info' } }) as const
      return { emulator, account }
    }
    case 'infobip': {
      const { startInfobipEmulator } = await import('callchart/adapters/infobip/emulator')
      const emulator = await startInfobipEmulator({ users })
      const account = (user: string, displayName: string) =>
        ({ provider, options: emulator.credentials(user, { displayName }) }) as const
      return { emulator, account }
    }
    case 'azstack': {
      const { startAzstackEmulator } = await import('callchart/adapters/azstack/emulator')
      const emulator = await startAzstackEmulator({ users: secretsFor(users) })
      const account = (user: string, fullname: string) =>
        ({ provider, options: { ...emulator.credentials(user), fullname } }) as const
      return { emulator, account }
    }
  }
}

function secretsFor(users: readonly string[]): Record<string, string> {
  return Object.fromEntries(users.map((user) => [user, crypto.randomUUID()]))
}
