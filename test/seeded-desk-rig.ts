import { fileURLToPath } from 'node:url'
import { WORKER_REPORT_PATH } from '@scoregate/protocol/worker-report'
import pino from 'pino'
import type { RunFiles } from '../packages/desk/src/deposit-rig.ts'
import { DeskRig, type RigDeskConfig, WORKER_TOKEN } from '../packages/desk/src/desk-rig.ts'
import { startDesk } from '../packages/desk/src/start-desk.ts'
import { PLOT_PNG } from './plot-picture-rig.ts'

const ISLANDS = fileURLToPath(new URL('../dist/islands/', import.meta.url))

const POLICY = `version: 1
site: University hospital, department of data
review: { required: always, timeout: 3d }
release: { range: [0, 1] }
budget: { bits: 100000 }
retention: 90d
images: {}
notices: { webhook_hosts: [chat.hospital.example] }
`

const LONG_TITLE = 'The early detection of a rare condition in the intensive care units of twelve hospitals'
const LONG_NAME = 'a-team-with-a-very-long-name-that-goes-on-and-on-and-does-not-end-where-one-hopes'

/** A desk with all that a reviewer may meet, and the holds that show it. */
export type SeededDesk = {
  readonly rig: DeskRig
  /** What a page of a hold can show. */
  readonly holds: Readonly<
    Record<'clean' | 'findings' | 'hostile' | 'failed' | 'released' | 'rejected' | 'long', string>
  >
  /** A file for each view, by the view that shows it. */
  readonly files: readonly { readonly as: string; readonly path: string }[]
}

/** A desk as it is shipped, with its browser scripts and nothing in it. */
export function startShippedDesk(policy = POLICY, own: Partial<RigDeskConfig> = {}): Promise<DeskRig> {
  const log = pino({ level: 'silent' })
  return DeskRig.start({
    policy,
    config: own,
    startWith: (config) => startDesk({ ...config, islandsFolder: ISLANDS, log }),
  })
}

/** Fills a desk as months of work would: results that wait, failed, were released and rejected, and workers. */
export async function seedDesk(rig: DeskRig): Promise<SeededDesk> {
  await reportWorkers(rig)
  const teams = ['team-lantern', 'north-ridge', 'quiet-harbour', 'blue-lichen', 'second-opinion']
  for (const [at, participant] of teams.entries()) {
    const { id } = await rig.deposit({
      participant,
      participantId: 20 + at,
      seconds: 300 + at * 11,
      files: cleanRun(0.71 + at * 0.031, 0.19 - at * 0.011),
    })
    await rig.approve(id, ['scores'])
    await rig.untilState(id, 'released')
  }
  const lantern = { participant: 'team-lantern', participantId: 20 }
  const released = await rig.deposit({ ...lantern, seconds: 312, files: cleanRun(0.78123, 0.1552) })
  await rig.approve(released.id, ['scores'])
  await rig.untilState(released.id, 'released')
  const rejected = await rig.deposit({ participant: 'blue-lichen', participantId: 23, files: leakyRun() })
  await rig.reject(rejected.id)
  const clean = await rig.deposit({ ...lantern, seconds: 305, files: cleanRun(0.80417, 0.14271) })
  const findings = await rig.deposit({
    participant: 'north-ridge',
    participantId: 21,
    seconds: 4100,
    files: leakyRun(),
  })
  const long = await rig.deposit({
    participant: LONG_NAME,
    participantId: 30,
    competition: { id: 4, title: LONG_TITLE },
    files: cleanRun(0.5, 0.5),
  })
  const hostile = await rig.deposit({
    participant: 'second-opinion',
    participantId: 24,
    files: cleanRun(0.9, 0.1),
    refusals: [{ section: 'scoring_output', shownPath: 'passwd', kind: 'symbolic-link' }],
  })
  const failed = await rig.deposit({
    participant: 'quiet-harbour',
    participantId: 22,
    files: {
      'logs/ingestion_stdout': 'reading 412 stays\n',
      'logs/ingestion_stderr': 'Traceback (most recent call last):\n  ValueError: no column "lactate"\n',
    },
    failure: 'ingestion-failed',
  })
  const { files } = await rig.show(findings.id)
  const fileAt = (name: string) => files.find(({ path }) => path === name)?.number ?? 0
  const seen = [
    { as: 'text', name: 'scoring_stdout' },
    { as: 'table', name: 'per_ward.csv' },
    { as: 'tree', name: 'details.json' },
    { as: 'yaml', name: 'config.yaml' },
    { as: 'picture', name: 'curve.png' },
    { as: 'rendered', name: 'detailed_results.html' },
    { as: 'hex', name: 'weights.bin' },
  ]
  return {
    rig,
    holds: {
      ...{ clean: clean.id, findings: findings.id, long: long.id, hostile: hostile.id, failed: failed.id },
      ...{ released: released.id, rejected: rejected.id },
    },
    files: [
      ...seen.map(({ as, name }) => ({
        as,
        path: `/holds/${findings.id}/files/${fileAt(name)}?as=${as === 'yaml' ? 'tree' : as}`,
      })),
      { as: 'search', path: `/holds/${findings.id}/files/${fileAt('scoring_stdout')}/search?words=epoch` },
      {
        as: 'nothing found',
        path: `/holds/${findings.id}/files/${fileAt('scoring_stdout')}/search?words=lichen`,
      },
      { as: 'no picture', path: `/holds/${findings.id}/files/${fileAt('per_ward.csv')}?as=picture` },
    ],
  }
}

function cleanRun(auc: number, brier: number): RunFiles {
  return {
    'scoring_output/scores.json': JSON.stringify({ auc, brier }),
    'scoring_output/detailed_results.html': page(auc),
    'logs/scoring_stdout': 'scored 412 stays\n',
    'logs/scoring_stderr': '',
    'predictions/predictions.csv': 'stay,risk\n1,0.4\n',
  }
}

/** A run with something for each view, and for most of the checks. */
export function leakyRun(): RunFiles {
  const wards = Array.from(
    { length: 140 },
    (_, at) => `ward ${at + 1},${(at * 37) % 61},${((at * 7919) % 1000) / 1000},=SUM(B2:B${at + 2})`,
  )
  const epochs = Array.from(
    { length: 900 },
    (_, at) => `epoch ${at + 1}  loss ${(1 / (at + 2)).toFixed(6)}  stay MRN-${4_100_000 + at * 37}`,
  )
  return {
    'scoring_output/scores.json': '{"auc": 0.801235587, "brier": 0.15, "label_sum": 412, "notes": "x"}',
    'scoring_output/detailed_results.html': page(0.801),
    'scoring_output/per_ward.csv': `ward,stays,auc,check\n${wards.join('\n')}\n`,
    'scoring_output/details.json': JSON.stringify(
      { model: 'gradient boosting', folds: [0.79, 0.802, 0.811], thresholds: { alarm: 0.5, quiet: 0.2 } },
      null,
      2,
    ),
    'scoring_output/config.yaml': `# what the run was told\nmodel: &m gradient boosting\nfolds: 3\nagain: *m\nlist:\n  - a\n  - {b: 0x1F}\ntext: |\n  two\n  lines\n`,
    'scoring_output/curve.png': PLOT_PNG,
    'scoring_output/weights.bin': Buffer.from(Array.from({ length: 6000 }, (_, at) => (at * 7919) % 256)),
    'logs/scoring_stdout': `loading the model of the ward\n\u001b[32mok\u001b[0m p\u0430ypal \u202egnp.exe\n${epochs.join('\n')}\nwrite to nurse-station@hospital.example or +41 44 555 01 23\n`,
    'logs/scoring_stderr': 'warning: 3 columns were dropped\n',
    'predictions/predictions.csv': 'stay,risk\n1,0.4\n2,0.9\n',
  }
}

function page(auc: number): string {
  return `<!doctype html><meta charset="utf-8"><title>Details</title>
<style>body{font-family:sans-serif;margin:2rem}td,th{padding:.4rem 1rem;border-bottom:1px solid #ccc;text-align:left}</style>
<h1>Detailed results</h1><p>Area under the curve ${auc.toFixed(3)} on 412 stays.</p>
<table><tr><th>Fold<th>AUC</tr><tr><td>1<td>0.79</tr><tr><td>2<td>0.81</tr></table>
<script>document.title = 'ran'</script>`
}

async function reportWorkers(rig: DeskRig): Promise<void> {
  const well = {
    ...{ version: '0.1.0', sandbox: 'bubblewrap', slots: 2, running: 1, parkedRuns: 0 },
    ...{ freeDiskBytes: 50 * 2 ** 30, neededDiskBytes: 40 * 2 ** 30 },
  }
  const reports = [
    { ...well, worker: 'worker-1' },
    { ...well, worker: 'worker-2', freeDiskBytes: 2 ** 30, parkedRuns: 2 },
  ]
  for (const report of reports)
    await fetch(rig.url + WORKER_REPORT_PATH, {
      method: 'PUT',
      headers: { authorization: `Bearer ${WORKER_TOKEN}` },
      body: JSON.stringify(report),
    })
}
