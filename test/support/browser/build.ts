/** Once per run: bundles the page and serves it from memory, so that no test waits for a compiler. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Rollup } from 'vite'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'
import { chromiumPath } from '../needing.ts'

declare module 'vitest' {
  interface ProvidedContext {
    pageUrl: string
  }
}

export async function setup(project: TestProject): Promise<(() => void) | undefined> {
  if (!chromiumPath()) return undefined
  let files = await bundle()
  project.onTestsRerun(async () => {
    files = await bundle()
  })

  const server = createServer(({ url = '' }, response) => {
    const content = files.get(url)
    const type = url.endsWith('.html') ? 'text/html' : 'text/javascript'
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('pageUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`)
  return () => void server.close()
}

/** What the page consists of, by path. */
async function bundle(): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const root = fileURLToPath(new URL('.', import.meta.url))
  const { output } = (await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      sourcemap: 'inline',
      target: 'esnext',
      chunkSizeWarningLimit: 10_000,
      rollupOptions: { input: `${root}page.html` }
    }
  })) as Rollup.RollupOutput
  return new Map(output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]))
}
