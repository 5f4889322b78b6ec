import { openTestSite, startSandbox } from './sandbox-rig.ts'

// A worker whose mounts nobody else sees, as of one in a container. Prints how its outputs are limited.
const found: Record<string, unknown> = {}
for (const name of ['engine', 'bubblewrap'] as const) {
  const sandbox = await startSandbox(name, `hidden-${process.pid}`)
  const site = await openTestSite(sandbox)
  const write = 'import time\nfor i in range(8): open(str(i), "wb").write(b"x" * 2 ** 20)\ntime.sleep(20)'
  const { outcome } = await site.run(write)
  found[name] = { boundedBy: site.boundedBy, ended: outcome.kind }
  await site[Symbol.asyncDispose]()
}
process.stdout.write(JSON.stringify(found))
