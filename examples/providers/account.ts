import type { AzstackOptions } from 'callchart/adapters/azstack'
import type { InfobipOptions } from 'callchart/adapters/infobip'
import type { SipOptions } from 'callchart/adapters/sip'

/** Somebody's account at one of the providers: its name, and the options of its adapter. */
export type Account =
  | { readonly provider: 'sip'; readonly options: SipOptions }
  | { readonly provider: 'infobip'; readonly options: InfobipOptions }
  | { readonly provider: 'azstack'; readonly options: Omit<AzstackOptions, 'link'> }

export type ProviderName = Account['provider']

/** By the names of their adapters: what people call them. */
export const providerNames: Readonly<Record<ProviderName, string>> = {
  sip: 'SIP',
  infobip: 'Infobip',
  azstack: 'AZStack'
}
