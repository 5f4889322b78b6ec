import { parentPort, workerData } from 'node:worker_threads'
import { inspectHold } from '@scoregate/gate/inspect-hold'
import { readDiskBlobs } from '@scoregate/storage/blobs-disk'
import { ThreadData, ThreadTask, type ThreadWord } from './thread-messages.ts'

/**
 * The thread in which the checks run, so that a hold of gigabytes, or one made to be slow to look at, keeps nobody from
 * the desk. It is given the vault and nothing else, no records and no key, but a thread is no sandbox: it has the rights of
 * the desk. Whatever is thrown ends the thread, and the desk takes that as a check that failed.
 */
const { vaultFolder } = ThreadData.parse(workerData)
const blobs = readDiskBlobs(vaultFolder)
const desk = parentPort
if (desk === null) throw new Error('This file is started as a thread by the desk.')
const say = (word: ThreadWord) => desk.postMessage(word)

/** So many bytes are looked at between two words about it. */
const PROGRESS_BYTES = 1_048_576

desk.on('message', (message: unknown) => void inspect(message).catch(giveUp))

async function inspect(message: unknown): Promise<void> {
  const task = ThreadTask.parse(message)
  let checkedBytes = 0
  let toldBytes = 0
  const onProgress = (bytes: number) => {
    checkedBytes += bytes
    if (checkedBytes - toldBytes < PROGRESS_BYTES) return
    toldBytes = checkedBytes
    say({ kind: 'progress', checkedBytes })
  }
  const { scoresFile } = task
  const hold = {
    ...task,
    // The very entry, by which the look knows it.
    scoresFile: task.manifest.entries.find(
      (entry) => entry.section === scoresFile?.section && entry.path === scoresFile.path,
    ),
  }
  await inspectHold(hold, {
    open: async (entry) => (await blobs.open(entry.sha256)).stream,
    onFindings: (findings) => say({ kind: 'found', findings: [...findings] }),
    onProgress,
    onSketch: ({ lines, smallest }) => say({ kind: 'sketched', sketch: { lines, smallest: [...smallest] } }),
  })
  say({ kind: 'done' })
}

/** An error of a promise would not end the thread by itself in every setting. */
function giveUp(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}
