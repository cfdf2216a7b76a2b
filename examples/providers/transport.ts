import type { EngineOptions } from 'callchart'
import type { WebSocketClass } from 'callchart/adapters/azstack'
import type { InfobipOptions } from 'callchart/adapters/infobip'
import type { SipOptions } from 'callchart/adapters/sip'
import type { Account } from './account.ts'

/** What there is no global for in Node. */
export type WebClasses = Web<SipOptions> & Web<InfobipOptions> & { readonly WebSocket?: WebSocketClass }

type Web<Options extends SipOptions | InfobipOptions> = Pick<Options, 'WebSocket' | 'RTCPeerConnection'>

/** The one place that knows which adapter it is. Only that one is loaded; from here on every call is the same. */
export async function connectionOf(
  account: Account,
  web: WebClasses = {}
): Promise<Pick<EngineOptions, 'transport' | 'policy'>> {
  switch (account.provider) {
    case 'sip': {
      const { sipTransport } = await import('callchart/adapters/sip')
      return { transport: sipTransport({ ...account.options, ...web }) }
    }
    case 'infobip': {
      const { infobipPolicy, infobipTransport } = await import('callchart/adapters/infobip')
      return { transport: infobipTransport({ ...account.options, ...web }), policy: infobipPolicy }
    }
    case 'azstack': {
      const { azstackTransport, engineIo3, freeCalls } = await import('callchart/adapters/azstack')
      const { WebSocket, ...rtc } = web
      return { transport: azstackTransport({ ...account.options, ...rtc, link: engineIo3(WebSocket), freeCalls }) }
    }
  }
}
