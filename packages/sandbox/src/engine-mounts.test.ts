import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isToBeTested } from './sandbox-rig.ts'

describe.runIf((await isToBeTested('engine')) && process.getuid?.() === 0)(
  'a worker in a container of its own',
  () => {
    it('does not give the engine a file system that the engine cannot see: there, it looks', async () => {
      const rig = fileURLToPath(new URL('./hidden-mounts-rig.ts', import.meta.url))
      const worker = [process.execPath, '--import', 'tsx', rig]
      const { stdout } = await promisify(execFile)('unshare', [
        '--mount',
        '--propagation',
        'private',
        ...worker,
      ])
      expect(JSON.parse(stdout)).toEqual({
        engine: { boundedBy: 'watch', ended: 'output-limit' },
        bubblewrap: { boundedBy: 'file-system', ended: 'output-limit' },
      })
    })
  },
)
