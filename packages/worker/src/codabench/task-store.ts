import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { syncFolder, writeDurably } from '../durable-files.ts'

/** How far a task is. What was begun and not ended is taken up again after a restart. */
const TaskState = z.enum([
  'waiting',
  /** `Scoring` is about to be said of a prediction task; it may not be said twice (protocol reference, 5.2). */
  'saying-scoring',
])

/** A task of the broker that is this worker's now: its arguments as they came, with their secrets. */
export const StoredTask = z.strictObject({
  format: z.literal('scoregate-task/1'),
  id: z.string().min(1).max(64),
  state: TaskState,
  /** How many times a run of it was begun. */
  attempts: z.int().min(0),
  receivedAt: z.iso.datetime(),
  runArguments: z.unknown(),
})
export type StoredTask = z.infer<typeof StoredTask>

/** Tasks that were taken from the broker and are not done; durable, so that the broker can forget them. */
export type TaskStore = {
  /** Whether the task was taken before, by this worker, even if it is done: a redelivery. */
  isKnown(id: string): Promise<boolean>
  put(task: StoredTask): Promise<void>
  list(): Promise<StoredTask[]>
  /** Forgets the task and its secrets; that it was there is remembered as long as its links could have lasted. */
  finish(id: string): Promise<void>
}

// Longer than the five days for which the links of a job are valid (protocol reference, 2.2).
const REMEMBERED_MS = 6 * 86_400_000

/** Opens the store in `folder`, making it if need be: a file a task, and an empty one for each that is done. */
export async function openTaskStore(
  folder: string,
  clock: () => Date = () => new Date(),
): Promise<TaskStore> {
  const done = join(folder, 'done')
  await mkdir(done, { recursive: true, mode: 0o700 })
  await forgetOld(done, clock())
  // The names come from outside, and have letters, digits and signs that mean nothing in a path.
  const file = (id: string) => join(folder, `${id}.json`)
  const mark = (id: string) => join(done, id)

  return {
    async isKnown(id) {
      return (await exists(file(id))) || (await exists(mark(id)))
    },

    put(task) {
      return writeDurably(file(task.id), JSON.stringify(StoredTask.parse(task)))
    },

    async list() {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
      const tasks = await Promise.all(names.map(async (name) => await readFile(join(folder, name), 'utf8')))
      return tasks
        .map((text) => StoredTask.parse(JSON.parse(text)))
        .sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))
    },

    async finish(id) {
      await writeDurably(mark(id), '')
      await rm(file(id), { force: true })
      await syncFolder(folder)
    },
  }
}

async function forgetOld(done: string, now: Date): Promise<void> {
  for (const name of await readdir(done)) {
    const { mtimeMs } = await stat(join(done, name))
    if (now.getTime() - mtimeMs > REMEMBERED_MS) await rm(join(done, name))
  }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      throw error
    },
  )
}
