/** Applications that were written for the vendor's library, and what their delegates were told. */
import { firstValueFrom } from 'rxjs'
import { onTestFinished } from 'vitest'
import { AZStack, engineIo3 } from '../../../../adapters/azstack/index.ts'
import { delegateNames } from '../../../../adapters/azstack/delegates.ts'
import type { AZStackEnvironment, Delegates } from '../../../../adapters/azstack/index.ts'
import type { AzstackEmulator, AzstackEmulatorOptions } from '../../../../adapters/azstack/emulator.ts'
import { until } from '../../../support/until.ts'
import { number, startServer, watchOpen, webRtc } from './phone.ts'

export interface Application {
  readonly azstack: AZStack
  readonly server: AzstackEmulator
  /** What the delegates were told: name, error code, result. */
  readonly told: [string, string | null, unknown][]
  readonly logged: string[]
}

export async function application(
  { environment, ...options }: AzstackEmulatorOptions & { environment?: AZStackEnvironment } = {},
  at?: AzstackEmulator
): Promise<Application> {
  const server = at ?? (await startServer(options))
  const { WebSocket, RTCPeerConnection } = watchOpen()
  const logged: string[] = []
  const azstack = new AZStack({
    link: engineIo3(WebSocket),
    RTCPeerConnection,
    mediaDevices: webRtc.mediaDevices,
    logger: (level, text) => logged.push(`${level} ${text}`),
    ...environment
  })
  const { url, ...authenticatingData } = server.credentials('alice')
  azstack.masterSocketUri = url
  azstack.config({ requestTimeout: 60_000, authenticatingData })
  const told: Application['told'] = []
  for (const name of delegateNames)
    azstack.Delegates[name] = (error: { code: string } | null, result: unknown) =>
      void told.push([name, error?.code ?? null, result])
  onTestFinished(() => azstack.disconnect().then(noop, noop))
  return { azstack, server, told, logged }
}

export const noop = () => {}

export async function online(options?: Parameters<typeof application>[0]): Promise<Application> {
  const made = await application(options)
  await made.azstack.connect()
  made.told.splice(0)
  return made
}

export const statuses = ({ told }: Application, name: keyof Delegates) =>
  told.filter(([delegate]) => delegate === name).map(([, , result]) => (result as { status: string }).status)

export const callout = { callData: { toPhoneNumber: number } }

export async function placed(app: Application) {
  app.server.party(number)
  const there = firstValueFrom(app.server.calls$)
  await app.azstack.startCallout(callout)
  return there
}

export async function ringing(app: Application) {
  const there = await app.server.call('alice', { from: '84911111111' })
  await until(() => app.told.some(([name]) => name === 'onCallinStart'), { what: 'it rings' })
  return there
}
