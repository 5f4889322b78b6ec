import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScoreColumn } from '@scoregate/protocol/columns'
import type { Job } from '@scoregate/protocol/job'
import type { HostFacts } from './host-facts.ts'
import { type RawEntry, rawZip } from './raw-zip.ts'

export type InputName = keyof Job['inputs']

/** The files of an archive, by name; or the bytes of one that no honest tool would write. */
export type Archive = Readonly<Record<string, Buffer | string>> | readonly RawEntry[] | Buffer

/** What a case says of a job; what it does not say comes from the files in its folder, and else is ordinary. */
export type SiteJob = {
  readonly inputs?: Partial<Record<InputName, Archive>>
  readonly job?: Partial<Omit<Job, 'inputs'>>
  /** For a program that is told what to do: more files beside each of its programs. */
  readonly beside?: Readonly<Record<string, string>>
}

/** A job as the gate under test takes it: the bytes of its archives, and the rest. */
export type BuiltJob = {
  readonly archives: Partial<Record<InputName, Buffer>>
  readonly job: Omit<Job, 'inputs'>
}

/** The one column of a case that declares no others: 101 values, so 6.66 bits. */
export const ACCURACY: ScoreColumn = {
  key: 'accuracy',
  title: 'Accuracy',
  decimals: 2,
  sorting: 'desc',
  range: [0, 1],
  computed: false,
}

const PROGRAMS = [
  { file: 'scoring', input: 'scoringProgram', arguments: '$input $output' },
  { file: 'ingestion', input: 'ingestionProgram', arguments: '$input $output' },
  { file: 'submission', input: 'submission', arguments: '$input $output' },
] as const

const PLANTED_MODULE = readFileSync(join(import.meta.dirname, 'planted.py'), 'utf8')
const HONEST_SCORER = readFileSync(join(import.meta.dirname, 'honest-scoring.py'), 'utf8')

/**
 * Packs a job. The files of a case's folder are its programs: `scoring.py`, `ingestion.py`, `submission.py` (or `.sh`)
 * become the programs of those names; every other file but `case.ts` goes beside each of them. Without a scoring program
 * there is an honest one. Every archive of a program also holds `planted.py` and `host.json`, which say where the planted
 * data is and what an attacker who knows the machine would know.
 */
export function buildJob(given: {
  readonly caseId: string
  readonly caseFolder: string
  readonly site: SiteJob
  readonly host: HostFacts
}): BuiltJob {
  const { caseId, caseFolder, site, host } = given
  const beside: Record<string, Buffer | string> = {
    'planted.py': PLANTED_MODULE,
    'host.json': JSON.stringify(host),
    ...site.beside,
  }
  const names = readdirSync(caseFolder).filter((name) => name !== 'case.ts')
  const isProgram = (name: string) =>
    PROGRAMS.some(({ file }) => name === `${file}.py` || name === `${file}.sh`)
  for (const name of names.filter((one) => !isProgram(one)))
    beside[name] = readFileSync(join(caseFolder, name))

  const archives: Partial<Record<InputName, Archive>> = {
    submission: { 'predictions.txt': 'a b c d' },
    scoringProgram: program('main.py', HONEST_SCORER, beside),
    referenceData: { 'truth.txt': 'a b c d' },
  }
  for (const { file, input } of PROGRAMS) {
    const name = names.find((one) => one === `${file}.py` || one === `${file}.sh`)
    if (name === undefined) continue
    const main = name.endsWith('.py') ? 'main.py' : 'main.sh'
    archives[input] = program(main, readFileSync(join(caseFolder, name), 'utf8'), beside)
  }
  const all = { ...archives, ...site.inputs }
  return {
    archives: Object.fromEntries(Object.entries(all).map(([input, archive]) => [input, zipOf(archive)])),
    job: { ...ordinaryJob(caseId), ...site.job },
  }
}

function program(
  main: 'main.py' | 'main.sh',
  source: string,
  beside: Readonly<Record<string, Buffer | string>>,
): Readonly<Record<string, Buffer | string>> {
  const command = main === 'main.py' ? 'python3 /app/program/main.py' : 'sh /app/program/main.sh'
  return { 'metadata.yaml': `command: ${command}\n`, ...beside, [main]: source }
}

function zipOf(archive: Archive): Buffer {
  if (Buffer.isBuffer(archive)) return archive
  if (Array.isArray(archive)) return rawZip(archive)
  return rawZip(Object.entries(archive).map(([name, bytes]) => ({ name, bytes })))
}

function ordinaryJob(caseId: string): BuiltJob['job'] {
  const id = randomInt(1, 2 ** 31)
  return {
    jobId: `job-${id}`,
    attempt: 1,
    submission: { id, submittedAt: '2026-01-01T00:00:00Z', fileName: 'submission.zip' },
    participant: { id: 3, username: 'participant' },
    competition: { id: 1, title: caseId },
    phase: { id: 1, name: 'Phase' },
    task: { id: 1, name: 'Task' },
    image: 'test/python',
    timeLimitSeconds: 60,
    humanInTheLoop: true,
    detailedResults: true,
    ingestionOnlyDuringScoring: false,
    columns: [ACCURACY],
  }
}
