import type { PromiseReport } from '@scoregate/sandbox/promises'
import { listParkedRuns, type ParkedReason } from '@scoregate/worker/parked-runs'

const WHY_WORDS = {
  'desk-refused': 'the desk refused it for good',
  'record-unreadable': 'this version cannot read its record',
} as const satisfies Record<ParkedReason['why'], string>

/** Whether every sealed run of the worker with this data folder reached the desk, or can still; one line for each that cannot. */
export async function examineParkedRuns(workerFolder: string): Promise<PromiseReport[]> {
  const about = { id: 'parked-runs', promise: 'Every sealed run reaches the desk' }
  const parked = await listParkedRuns(workerFolder)
  if (parked.length === 0) return [{ ...about, state: 'holds', why: 'none is set aside' }]
  return parked.map(({ folder, reason }) => ({
    ...about,
    state: 'does-not-hold',
    why:
      reason === undefined
        ? `one is set aside in ${folder}`
        : `${WHY_WORDS[reason.why]} (${reason.detail}), and it was set aside in ${folder} on ${reason.parkedAt}`,
    remedy: 'See "A run was set aside" in docs/when-things-go-wrong.md',
  }))
}
