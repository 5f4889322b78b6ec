import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EscapeCase } from './case.ts'
import { CASES_FOLDER } from './run-case.ts'

/** Loads every case, by family and name; throws for a folder whose case has another name. */
export async function loadCases(): Promise<EscapeCase[]> {
  const cases: EscapeCase[] = []
  for (const entry of readdirSync(CASES_FOLDER, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const file = join(CASES_FOLDER, entry.name, 'case.ts')
    const { attack }: { attack: EscapeCase } = await import(pathToFileURL(file).href)
    if (attack.id !== entry.name) throw new Error(`${file} calls itself "${attack.id}".`)
    cases.push(attack)
  }
  return cases.sort((one, other) => one.family - other.family || (one.id < other.id ? -1 : 1))
}
