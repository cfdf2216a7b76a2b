/** Once per run: the page that the tests open. */
import type { TestProject } from 'vitest/node'
import { serveBundled } from '../bundled-page.ts'
import { chromiumPath } from '../needing.ts'

declare module 'vitest' {
  interface ProvidedContext {
    pageUrl: string
  }
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!chromiumPath()) return undefined
  const page = await serveBundled(new URL('.', import.meta.url), 'page.html')
  project.onTestsRerun(() => page.refresh())
  project.provide('pageUrl', page.url)
  return () => page.stop()
}
