import { join } from 'node:path'
import { openRecords } from '@scoregate/storage/records'
import { CompiledQuery } from 'kysely'
import { DeskRig } from '../packages/desk/src/desk-rig.ts'
import { type BenchResult, median } from './rounds.ts'

const HOLDS = 100_000
const ROUNDS = 15
const GOAL_MS = 100

/** What a reviewer asks of a full inbox. The name of the participant stands on twenty holds of all. */
const QUESTIONS = {
  'inbox, first page': '/',
  'inbox, sorted by competition': '/?sort=competition&order=desc',
  'inbox, one competition and one worker': '/?competition=benchmark+7&worker=worker-3',
  'inbox, search by participant': '/?participant=team-04321',
  'inbox, a participant that is not there': '/?participant=nobody',
  'decided, with a state': '/decided?state=closed&competition=benchmark+11',
  'holds of the API, searched': '/api/holds?participant=team-04321',
} as const

/** A desk with a hundred thousand holds: how long its lists take, from the question to the last byte of the answer. */
export async function* benchInbox(): AsyncGenerator<BenchResult> {
  const rig = await DeskRig.start()
  try {
    const { id } = await rig.deposit()
    await rig.stopDesk()
    await fill(join(rig.dataFolder, 'records.db'), id)
    await rig.startDesk()
    for (const [name, path] of Object.entries(QUESTIONS)) yield await measure(rig, name, path)
    // A page in the midst costs what the first one does.
    const deep = await rig.list('waiting')
    let after = deep.nextAfter ?? ''
    for (let page = 0; page < 20; page++) after = await nextAfter(rig, after)
    yield await measure(rig, 'inbox, the twenty-second page', `/?after=${after}&from=1051`)
  } finally {
    await rig[Symbol.asyncDispose]()
  }
}

async function measure(rig: DeskRig, name: string, path: string): Promise<BenchResult> {
  const measured: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now()
    const answer = await rig.api(path)
    await answer.text()
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}.`)
    // The first one warms up.
    if (round > 0) measured.push(performance.now() - start)
  }
  return {
    name: `${name}, ${HOLDS} holds`,
    unit: 'ms',
    value: median(measured),
    goal: GOAL_MS,
    measured: { ms: measured },
  }
}

async function nextAfter(rig: DeskRig, after: string): Promise<string> {
  const page: unknown = await (await rig.api(`/api/holds?after=${after}`)).json()
  if (typeof page !== 'object' || page === null || !('nextAfter' in page)) throw new Error('The list ended.')
  return String(page.nextAfter)
}

/** Copies one hold a hundred thousand times, with names, times and states of their own: of twenty, four are decided and one failed. */
async function fill(file: string, id: string): Promise<void> {
  const { db, close } = await openRecords<Record<string, never>>(file)
  await db.executeQuery(
    CompiledQuery.raw(
      `with recursive copy (n) as (select 1 union all select n + 1 from copy where n < ${HOLDS}),
      named as (select n, printf('team-%05d', n % 5000) as team, printf('benchmark %d', n % 40) as title,
        printf('worker-%d', n % 8) as worker_name from copy)
    insert into hold
      (id, platform, job_id, attempt, manifest_digest, manifest_json, job_json, worker, kind, failure, state, hostile,
       file_count, total_bytes, policy_digest, rules_json, scores_json, offered_json, deposited_at, expires_at,
       decided_at, ended_at, alarm, content_removed_at, competition_folded, participant_folded, worker_folded)
    select
      ${eightSigns('n')}, platform, printf('copy-%d', n), attempt, printf('%064x', n), manifest_json,
      json_set(job_json, '$.competition.title', title, '$.participant.username', team), worker_name,
      case when n % 20 = 1 then 'failed-run' else kind end, case when n % 20 = 1 then 'time-limit' end,
      case when n % 20 in (2, 3, 4, 5) then 'closed' else state end, hostile,
      file_count, total_bytes, policy_digest, rules_json, scores_json, offered_json,
      strftime('%Y-%m-%dT%H:%M:%fZ', deposited_at, '-' || (n * 7919 % 86000) || ' seconds'),
      strftime('%Y-%m-%dT%H:%M:%fZ', expires_at, '+' || (n * 104729 % 86400000) || ' seconds'),
      case when n % 20 in (2, 3, 4, 5) then strftime('%Y-%m-%dT%H:%M:%fZ', deposited_at, '-' || n || ' seconds') end,
      case when n % 20 in (2, 3, 4, 5) then deposited_at end, alarm, content_removed_at, title, team, worker_name
    from named, hold where hold.id = ?`,
      [id],
    ),
  )
  await close()
}

/** An identifier of a hold from a number: its digits in base 32, spread so that neighbours are far apart. */
function eightSigns(number: string): string {
  const signs = Array.from(
    { length: 8 },
    (_, at) =>
      `substr('abcdefghijklmnopqrstuvwxyz234567', 1 + ((${number} * 1099511627 >> ${at * 5}) & 31), 1)`,
  )
  return signs.join(' || ')
}
