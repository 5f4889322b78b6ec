import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'test/**/*.test.ts', 'escape/**/*.test.ts'],
    // Real engines, servers and browsers are slow to start on a small machine; none of these limits measures speed.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
