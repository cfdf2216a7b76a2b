import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/closing-line.ts'
import { patience } from './test/support/until.ts'

/** What runs on real clocks comes when everything else is done; it mostly waits, so more of it runs than there are processors. */
const order = { quick: 0, integration: 1, browser: 2 }

/** JsSIP, jsencrypt and socket.io's clients take the world they find when they are loaded: each of these has its own. */
const withClients = 'test/adapters/{sip,azstack}/**/*.test.ts'

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    // left to itself Vitest uses one of two processors
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: { include: ['machines/**', 'src/**', 'adapters/**'] },
    projects: [
      {
        test: {
          name: 'core',
          environment: 'node',
          include: ['test/{machines,adapters,engine,guarantees,gates,testing}/**/*.test.ts'],
          exclude: [withClients],
          // loading everything again for every file would take as long as the tests
          isolate: false,
          // some sockets and media are real, and the machine may be busy
          testTimeout: 20_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: order.quick }
        }
      },
      {
        test: {
          name: 'clients',
          environment: 'node',
          include: [withClients],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: order.quick }
        }
      },
      {
        test: {
          name: 'hooks',
          environment: 'jsdom',
          include: ['test/hooks/**/*.test.{ts,tsx}'],
          sequence: { groupOrder: order.quick }
        }
      },
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: './node_modules/typescript7/bin/tsc',
            include: ['test/types/**/*.test-d.ts']
          },
          sequence: { groupOrder: order.quick }
        }
      },
      {
        resolve: { tsconfigPaths: true },
        test: {
          name: 'integration',
          environment: 'node',
          pool: 'forks',
          maxWorkers: 4,
          isolate: false,
          include: ['test/{integration,examples,cli}/**/*.test.ts', 'examples/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: order.integration }
        }
      },
      {
        resolve: { tsconfigPaths: true },
        test: {
          name: 'browser',
          environment: 'node',
          pool: 'forks',
          maxWorkers: 2,
          isolate: false,
          globalSetup: 'test/support/browser/build.ts',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          expect: { poll: { timeout: patience } },
          hookTimeout: 60_000,
          sequence: { groupOrder: order.browser }
        }
      }
    ]
  }
})
