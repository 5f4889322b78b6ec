import type { Reporter, TestModule } from 'vitest/node'

/**
 * Prints the plain closing line `N passed, N failed` after vitest's own summary, and every skipped test by name: on the
 * project's own machines nothing may be skipped, and elsewhere a skip must be seen.
 */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0)
    for (const test of tests.filter((test) => test.result().state === 'skipped')) {
      process.stdout.write(`skipped: ${test.fullName}\n`)
    }
    const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : ''
    // After vitest's own summary, which other reporters print in this same turn.
    process.once('exit', () => {
      process.stdout.write(
        `${count('passed')} passed, ${count('failed') + brokenFiles.length} failed${skipped}\n`,
      )
    })
  }
}
