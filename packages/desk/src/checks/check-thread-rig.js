// Where the sources run, as in tests: a thread does not inherit what lets its parent read TypeScript.
import { register } from 'tsx/esm/api'

register()
await import('./check-thread.ts')
