import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { createPhone } from './phone.ts'
import type { PhoneSettings } from './phone-settings.ts'

const response = await fetch('/demo/phones')
// engines are made outside of React, once: a render may be thrown away
const phones = await Promise.all(((await response.json()) as PhoneSettings[]).map(createPhone))
const root = document.querySelector('#root')

if (root) {
  createRoot(root).render(
    <StrictMode>
      <App phones={phones} />
    </StrictMode>
  )
}
