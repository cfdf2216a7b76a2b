/** A page that is bundled once and served from memory, so that nobody waits for a compiler. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Rollup } from 'vite'
import { build } from 'vite'

export interface BundledPage {
  readonly url: string
  /** Bundles what has changed since. */
  refresh(): Promise<void>
  stop(): Promise<void>
}

/** The page stands in a folder of its own, whose URL ends with a slash. */
export async function serveBundled(folder: URL, page: string): Promise<BundledPage> {
  let files = await bundle(fileURLToPath(folder), page)
  const server = createServer(({ url = '' }, response) => {
    const content = files.get(url)
    const type = url.endsWith('.html') ? 'text/html' : 'text/javascript'
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${page}`,
    async refresh() {
      files = await bundle(fileURLToPath(folder), page)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

/** What the page consists of, by path. */
async function bundle(root: string, page: string): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const { output } = (await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      sourcemap: false,
      target: 'esnext',
      chunkSizeWarningLimit: 10_000,
      rollupOptions: { input: `${root}${page}` }
    }
  })) as Rollup.RollupOutput
  return new Map(output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]))
}
