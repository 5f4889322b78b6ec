#!/usr/bin/env node
import { existsSync } from 'node:fs'

// The command is the built bundle; a clone that has not been built yet says what to type instead of a stack trace.
const bundle = new URL('../../../dist/scoregate.js', import.meta.url)
if (existsSync(bundle)) {
  await import(bundle.href)
} else {
  process.stderr.write('scoregate is not built yet. Type: npm run build\n')
  process.exitCode = 1
}
