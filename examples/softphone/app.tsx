import { providerNames } from '../providers/account.ts'
import type { Phone } from './phone.ts'
import { PhoneCard } from './phone-card.tsx'

export function App({ phones }: { phones: readonly Phone[] }) {
  const providers = new Set(phones.map(({ settings }) => providerNames[settings.account.provider]))
  return (
    <>
      <header className="masthead">
        <h1>callchart</h1>
        <p>
          {phones.length === 2 ? 'Two' : 'Three'} phones, real calls. All are connected to the{' '}
          {[...providers].join(', ')} server that <code>npm start</code> runs beside this page; what you say into one is
          heard in the other. Every button is enabled exactly when the call’s statechart would take the command.
        </p>
      </header>
      <main className="phones">
        {phones.map((phone) => (
          <PhoneCard key={phone.settings.user} phone={phone} />
        ))}
      </main>
    </>
  )
}
