import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { Account } from './account.ts'
import { App } from './app.tsx'
import { createPhone } from './phone.ts'

const response = await fetch('/demo/accounts')
const accounts = (await response.json()) as Account[]
const root = document.querySelector('#root')

// engines are made outside of React, once: a render may be thrown away
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App phones={accounts.map(createPhone)} />
    </StrictMode>
  )
}
