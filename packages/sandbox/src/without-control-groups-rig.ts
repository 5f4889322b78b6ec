import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { openTestSite, startSandbox } from './sandbox-rig.ts'

// A worker that cannot make control groups, on an account that is busy with other things. Prints how programs ended.
const sandbox = await startSandbox('bubblewrap', `no-groups-${process.pid}`)
const site = await openTestSite(sandbox)
const { uid, gid } = await stat(site.output)
const others = Array.from({ length: 60 }, () => spawn('sleep', ['120'], { uid, gid, stdio: 'ignore' }))
const fill = (mebibytes: number) =>
  `x = bytearray(b"x") * (${mebibytes} * 2 ** 20)\nimport time; time.sleep(20)`
const ended = {
  plain: await site.run('print("ran")'),
  one: await site.run(fill(256)),
  many: await site.run(`import os\nfor i in range(3): os.fork()\n${fill(40)}`),
  forks: await site.run(`import os, time
made = 0
try:
  while made < 500:
    if os.fork() == 0: time.sleep(60); os._exit(0)
    made += 1
except BlockingIOError: print(made)`),
}
await site[Symbol.asyncDispose]()
for (const other of others) other.kill()
process.stdout.write(JSON.stringify(ended))
