/** A page and all it needs, made once and served from memory, so that nobody waits for a compiler. */
import type { ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { Rolldown } from 'vite'

/** What a page consists of, by path. */
export type Bundle = ReadonlyMap<string, string | Uint8Array>

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.map': 'application/json'
}

export interface BundleOptions {
  /** For who looks at the page with the browser’s tools: its sources, and React’s own checks. Default false. */
  readonly isLookedInto?: boolean
}

/** The folder's URL ends with a slash; the page is a file in it. */
export async function bundle(folder: URL, page: string, { isLookedInto = false }: BundleOptions = {}): Promise<Bundle> {
  const root = fileURLToPath(folder)
  const { output } = (await build({
    root,
    configFile: false,
    logLevel: 'warn',
    resolve: { tsconfigPaths: true },
    ...(isLookedInto && { define: { 'process.env.NODE_ENV': '"development"' } }),
    build: {
      write: false,
      minify: false,
      sourcemap: isLookedInto,
      target: 'esnext',
      chunkSizeWarningLimit: 10_000,
      // what one provider's adapter loads when it is asked to, another one's has always
      rolldownOptions: { input: `${root}${page}`, checks: { ineffectiveDynamicImport: false } }
    }
  })) as Rolldown.RolldownOutput
  return new Map(output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]))
}

/** Sends the file at this path; says whether there is one. */
export function sendFile(files: Bundle, path: string, response: ServerResponse): boolean {
  const content = files.get(path)
  if (content === undefined) return false
  // all but the page itself have a name that changes with what is in them
  const isNamedAfterContent = path.startsWith('/assets/')
  response.writeHead(200, {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    'cache-control': isNamedAfterContent ? 'max-age=31536000, immutable' : 'no-store'
  })
  response.end(content)
  return true
}
