import { defineConfig } from 'vitest/config'
import { ClosingLineReporter } from './test/closing-line-reporter.ts'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'test/**/*.test.ts', 'escape/**/*.test.ts'],
    // Real engines, servers and browsers are slow to start on a small machine; none of these limits measures speed.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Two files at once: each may start engines, browsers and servers of its own.
    maxWorkers: 2,
    reporters: ['default', new ClosingLineReporter()],
  },
})
