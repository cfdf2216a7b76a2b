/** After everything else: why tests were skipped, what there was nothing to try for, and one line that counts all projects together. */
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node'

export class ClosingLine implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Promise<void> {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 }
    const reasons = new Map<string, number>()
    const notTried: string[] = []

    for (const module of modules) {
      count.failed += module.errors().length
      for (const suite of module.children.allSuites()) {
        count.failed += suite.errors().length
        const { reason, notTried: untried = {} } = suite.meta()
        // suites inherit it
        const isTold = suite.parent.type === 'suite' && suite.parent.meta().notTried !== undefined
        for (const [why, tests] of isTold ? [] : Object.entries(untried))
          notTried.push(`not tried ${tests}: ${suite.name}: ${why}`)
        if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + testsIn(suite))
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state === 'pending' ? 'failed' : state] += 1
      }
    }

    const lines = [...notTried, ...[...reasons].map(([reason, tests]) => `skipped ${tests}: ${reason}`)]
    lines.push(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
    await written(process.stderr)
    await written(process.stdout)
    process.stdout.write(`${lines.join('\n')}\n`)
  }
}

/** Long reports of failures may still be on their way into a pipe, and would come after the line that closes. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}

function testsIn(suite: TestSuite): number {
  return [...suite.children.allTests()].length
}
