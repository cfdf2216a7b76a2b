import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Rollup } from 'vite'
import { build } from 'vite'
import type { Row } from './report.ts'

/** What a page has to load, minified and gzipped, everything it needs included. */
export async function bundles(): Promise<Row[]> {
  const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
  const core = await size(`export * from '${source('src/index.ts')}'`)
  const phone = await size(
    `export * from '${source('src/index.ts')}'; export * from '${source('adapters/sip/index.ts')}'`
  )
  const jssip = await size(`export { default } from 'jssip'`)
  const sipjs = await size(`export * from 'sip.js'`)
  return [
    { name: 'jssip 3.13.8', value: jssip, unit: 'kB' },
    { name: 'sip.js 0.21.2', value: sipjs, unit: 'kB' },
    {
      name: 'callchart core, with xstate and rxjs',
      value: core,
      unit: 'kB',
      ratio: core / jssip,
      of: 'jssip',
      target: '≤ 30 kB'
    },
    { name: 'callchart with the SIP adapter and jssip', value: phone, unit: 'kB', ratio: phone / jssip, of: 'jssip' }
  ]
}

async function size(code: string): Promise<number> {
  const id = 'virtual:measured'
  const plugin = {
    name: 'measured',
    resolveId: (name: string) => (name === id ? id : null),
    load: (name: string) => (name === id ? code : null)
  }
  const { output } = (await build({
    configFile: false,
    logLevel: 'error',
    plugins: [plugin],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      rollupOptions: { input: id, preserveEntrySignatures: 'strict' }
    }
  })) as Rollup.RollupOutput
  const chunks = output.filter((file) => file.type === 'chunk').map(({ code: text }) => text)
  return gzipSync(chunks.join('\n'), { level: 9 }).length / 1_000
}
