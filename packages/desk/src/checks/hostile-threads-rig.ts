/** Threads that do what the thread of the checks must never do, or what hostile files could make it do. */
export const CRASHING_THREAD = threadOf(
  `parentPort.on('message', () => { throw new Error(['PLA', 'NTED'].join('')) })`,
)
export const ENDLESS_THREAD = threadOf(
  `parentPort.on('message', () => { for (;;) /^(a+)+$/.test('a'.repeat(40) + 'b') })`,
)
export const GREEDY_THREAD = threadOf(
  `parentPort.on('message', () => { const kept = []; for (;;) kept.push(new Array(1e6).fill(kept.length + 0.5)) })`,
)
export const TALKATIVE_THREAD = threadOf(
  `parentPort.on('message', () => parentPort.postMessage({ kind: 'approve' }))`,
)
/** Never answers, and lets others work. */
export const SILENT_THREAD = threadOf(`parentPort.on('message', () => {})`)

function threadOf(script: string): URL {
  return new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; ${script}`)}`,
  )
}
