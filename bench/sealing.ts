import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BenchResult, compare } from './rounds.ts'
import { sealDurably } from './seal-durably.ts'
import { writeRandomFile, writeSmallFiles } from './trees.ts'

const ROUNDS = 5

/** Sealing, durable, over copying the same tree and hashing it, neither durable. */
export async function* benchSealing(home: string): AsyncGenerator<BenchResult> {
  const big = join(home, 'one-file')
  await mkdir(big)
  await writeRandomFile(join(big, 'output.bin'), 10 ** 9)
  yield await against('sealing 1 GB in one file', big, home)
  await rm(big, { recursive: true })

  const small = join(home, 'small-files')
  await writeSmallFiles(small, 10_000)
  yield await against('sealing 10,000 small files', small, home)
  await rm(small, { recursive: true })
}

function against(name: string, tree: string, home: string): Promise<BenchResult> {
  const [copy, spool] = [join(home, 'copy'), join(home, 'spool')]
  return compare({
    name,
    goal: 1.1,
    rounds: ROUNDS,
    ours: {
      name: 'seal',
      prepare: () => rm(spool, { recursive: true, force: true }),
      run: async () => {
        await sealDurably(tree, spool)
        return undefined
      },
    },
    theirs: {
      name: 'cp -r, sha256sum',
      prepare: () => rm(copy, { recursive: true, force: true }),
      run: async () => {
        await promisify(execFile)('sh', [
          '-c',
          'cp -r "$1" "$2" && find "$1" -type f -print0 | xargs -0 sha256sum > "$2.sha256"',
          'sh',
          tree,
          copy,
        ])
        return undefined
      },
    },
  })
}
