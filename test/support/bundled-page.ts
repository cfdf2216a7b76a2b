/** A page of the tests', on a server of its own. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bundle, sendFile } from '../../examples/softphone/bundle.ts'

export interface BundledPage {
  readonly url: string
  /** Bundles what has changed since. */
  refresh(): Promise<void>
  stop(): Promise<void>
}

/** The page stands in a folder of its own, whose URL ends with a slash. */
export async function serveBundled(folder: URL, page: string): Promise<BundledPage> {
  let files = await bundle(folder, page)
  const server = createServer(({ url = '' }, response) => {
    if (!sendFile(files, url, response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${page}`,
    async refresh() {
      files = await bundle(folder, page)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
