import { Digest } from '@scoregate/protocol/digest'
import type { Manifest } from '@scoregate/protocol/manifest'
import { describe, expect, it } from 'vitest'
import { entryOf } from './check-rig.ts'
import { checkHistory, type HoldHistory } from './history-checks.ts'
import { checkScores } from './scores-checks.ts'

const COLUMNS = [
  {
    key: 'auc',
    title: 'AUC',
    decimals: 3,
    sorting: 'desc' as const,
    range: [0, 1] as [number, number],
    computed: false,
  },
  { key: 'all', title: 'All', decimals: 3, sorting: 'desc' as const, computed: true },
]

function checksOf(text: string | Buffer): string[] {
  return checkScores(Buffer.from(text), COLUMNS).map(({ check, rank }) => `${check} ${rank}`)
}

describe('the scores of a hold', () => {
  it('have no findings when they are what was declared', () => {
    expect(checksOf('{"auc": 0.81249}')).toEqual([])
    expect(checkScores(undefined, COLUMNS)).toEqual([])
  })

  it('are looked at for what they say beside scores', () => {
    expect(checksOf('{"auc": 0.8, "label_17": 1}')).toEqual(['undeclared-keys serious'])
    expect(checksOf('{"auc": 1.5}')).toEqual(['out-of-range serious'])
    expect(checksOf('{"auc": 0.8124917263549182736}')).toEqual(['extra-digits serious'])
    expect(checksOf('{"auc": "0.8"}')).toEqual(['not-a-number serious'])
    expect(checksOf('{"auc": [0.8, 0.7]}')).toEqual(['nested-values serious'])
    expect(checksOf('[1]')).toEqual(['nested-values serious'])
  })

  it('that cannot be read are a finding of the highest rank', () => {
    for (const text of ['{"auc": NaN}', '{"auc": 1, "auc": 2}', 'nonsense', Buffer.from([0xff, 0xfe])]) {
      expect(checksOf(text)).toEqual(['not-a-number critical'])
    }
  })

  it('with thousands of keys do not make thousands of findings', () => {
    const keys = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, { deep: 1 }]))
    expect(checksOf(JSON.stringify(keys))).toHaveLength(40)
  })
})

const NOTHING_KNOWN: HoldHistory = {
  knownFiles: new Set(),
  hasApproved: false,
  ownRunSeconds: [],
  othersWithFile: new Map(),
  othersSketches: [],
}

function manifestOf(seconds: number): Pick<Manifest, 'programs' | 'entries'> & Manifest {
  return {
    format: 'scoregate-manifest/1',
    jobId: 'job',
    attempt: 1,
    submissionId: 1,
    platform: 'https://hub.example',
    sealedAt: '2026-01-01T00:00:00.000Z',
    policyDigest: Digest.parse('b'.repeat(64)),
    salt: '5'.repeat(64),
    sandbox: 'engine',
    inputs: {},
    programs: [
      {
        program: 'scoring',
        kind: 'exited',
        exitCode: 0,
        elapsedSeconds: seconds,
        image: 'host',
        logsTruncated: false,
      },
    ],
    entries: [entryOf('scores.json', 20), entryOf('extra.csv', 5000)],
    refusals: [],
  }
}

describe('a hold beside those before it', () => {
  it('has no findings when it is the first', () => {
    expect(checkHistory(manifestOf(10), NOTHING_KNOWN)).toEqual([])
  })

  it('is looked at for files that no released hold had', () => {
    const history = {
      ...NOTHING_KNOWN,
      hasApproved: true,
      knownFiles: new Set(['scoring_output/scores.json']),
    }
    expect(checkHistory(manifestOf(10), history)).toMatchObject([
      { check: 'unseen-files', place: { path: 'extra.csv' } },
    ])
  })

  it('is looked at for a run time unlike the others of this participant', () => {
    const history = { ...NOTHING_KNOWN, ownRunSeconds: [10, 12, 11] }
    expect(checkHistory(manifestOf(12), history)).toEqual([])
    expect(checkHistory(manifestOf(100), history)).toMatchObject([{ check: 'run-time' }])
    expect(checkHistory(manifestOf(100), { ...history, ownRunSeconds: [10] })).toEqual([])
  })

  it('is looked at for files that somebody else submitted', () => {
    const othersWithFile = new Map([[Digest.parse('a'.repeat(64)), 1]])
    // The small file has the same digest here, and does not count.
    expect(checkHistory(manifestOf(10), { ...NOTHING_KNOWN, othersWithFile })).toMatchObject([
      { check: 'near-duplicate', count: 1, place: { path: 'extra.csv' } },
    ])
  })
})
