// Compares what each public entry exports with its report in test/api, so that no change of the public interface goes
// unnoticed; with `--update` writes the reports. Reads dist: build first.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const update = process.argv.includes('--update')
const root = resolve(import.meta.dirname, '..')
const reports = `${root}/test/api`
const temporary = `${root}/temp/api`
const { exports } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))

mkdirSync(reports, { recursive: true })
mkdirSync(temporary, { recursive: true })

const entries = Object.entries(exports)
  .filter(([, file]) => file.endsWith('.js'))
  .map(([subpath, file]) => ({ name: subpath === '.' ? 'callchart' : subpath.slice(2).replaceAll('/', '-'), file }))

const stale = readdirSync(reports).filter((file) => !entries.some(({ name }) => file === `${name}.api.md`))
if (update) for (const file of stale) rmSync(`${reports}/${file}`)

const different = entries.filter((entry) => !matches(entry)).map(({ name }) => name)
if (!update) different.push(...stale)
if (different.length > 0) {
  console.error(`The public interface has changed: ${different.join(', ')}`)
  console.error('If that is meant, run `npm run api`, commit test/api and add a changeset')
}
process.exitCode = different.length > 0 ? 1 : 0

function matches({ name, file }) {
  const types = `${root}/${file.replace(/\.js$/, '.d.ts')}`
  if (!existsSync(types)) {
    console.error(`${name}: ${file} has no declarations`)
    return false
  }
  let warnings = 0
  const { apiReportChanged, errorCount } = Extractor.invoke(configurationOf(name, types), {
    localBuild: update,
    showVerboseMessages: false,
    messageCallback(message) {
      if (message.logLevel === ExtractorLogLevel.Info || message.messageId.startsWith('console-api-report'))
        message.logLevel = ExtractorLogLevel.None
      if (message.logLevel === ExtractorLogLevel.Warning) warnings += 1
    }
  })
  console.log(`${name}: ${apiReportChanged ? (update ? 'updated' : 'changed') : 'as reported'}`)
  return errorCount === 0 && warnings === 0 && (update || !apiReportChanged)
}

function configurationOf(name, types) {
  return ExtractorConfig.prepare({
    packageJsonFullPath: `${root}/package.json`,
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            module: 'ESNext',
            moduleResolution: 'bundler',
            lib: ['ES2023', 'DOM', 'DOM.Iterable'],
            types: ['node'],
            strict: true,
            skipLibCheck: true,
            allowImportingTsExtensions: true,
            noEmit: true
          },
          files: [types]
        }
      },
      apiReport: {
        enabled: true,
        reportFolder: reports,
        reportTempFolder: temporary,
        reportFileName: `${name}.api.md`
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'warning' } },
        extractorMessageReporting: {
          default: { logLevel: 'warning' },
          // Not used here: what an entry exports is public, and what it does not is not.
          'ae-missing-release-tag': { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'none' },
          // A field whose name says it all needs no sentence.
          'ae-undocumented': { logLevel: 'none' }
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } }
      }
    }
  })
}
