import { openTestSite, startSandbox } from './sandbox-rig.ts'

// A worker of its own for tests to kill: starts a room that would last, and is not there any more to end it.
const [, , name, ownerMark = '', roomMark = ''] = process.argv
const sandbox = await startSandbox(name === 'engine' ? 'engine' : 'bubblewrap', ownerMark)
const site = await openTestSite(sandbox)
await site.run('import time; time.sleep(600)', {
  command: ['python3', '-c', 'import time; time.sleep(600)', roomMark],
  limited: { timeSeconds: 600 },
})
