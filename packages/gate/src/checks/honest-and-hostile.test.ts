import { describe, expect, it } from 'vitest'
import { activeHtml } from './active-html.ts'
import { findingsIn } from './check-rig.ts'
import { encodedData } from './encoded-data.ts'
import { personalData } from './personal-data.ts'
import { smallCounts } from './small-counts.ts'

const TEXT_CHECKS = [activeHtml(), encodedData(), personalData(), smallCounts()]

/** What scoring programs write, and what looks like something else only to a careless eye. */
const HONEST: Readonly<Record<string, string>> = {
  'losses.csv': `epoch,train,valid\n${Array.from({ length: 200 }, (_, n) => `${n},${(12.34567 + n).toFixed(5)},${(45.67891 - n / 7).toFixed(5)}`).join('\n')}\n`,
  'fifteen-decimals.csv': Array.from(
    { length: 500 },
    (_, n) => `0.${String(123456789012345 + n * 7919).padStart(15, '0')}`,
  ).join('\n'),
  'predictions.txt': '3 4 5 6 3 4 5 6 3 4 5 6 3 4 5 6 3 4 5 6\n'.repeat(50),
  'matrix.txt': '12 34 56 78 90 12 34 56 78 90 12 34 56 78 90 12 34 56 78 90 11\n'.repeat(20),
  'signed.txt': 'delta +1.23456789 -0.98765432 +12.3456789\nn = 3 folds, total: 5 epochs, count=7\n',
  'dates.log': '2026-11-24T10:15:02 step 01 02 03 04 05 06 07 took 1795562727672 ns 1795562727672123456\n',
  'emoji.log': 'done \u2714\ufe0f and \u26a0\ufe0f\n',
  'bom.csv': '\ufeffa,b\n1,2\n',
  'digest.log': `model sha256 ${'0123456789abcdef'.repeat(4).slice(0, 63)}e loaded\n`,
  'repository.log': 'pip install git+ssh://git@github.com/some/project.git\n',
  'page.html':
    '<p>online = 5, only=3</p><svg xmlns="http://www.w3.org/2000/svg"><use xlink:href="#a"/></svg>',
}

/** Texts that are costly for patterns that try again at every character. */
const HOSTILE: Readonly<Record<string, string>> = {
  blanks: `${' \t'.repeat(32)}`.repeat(20_000),
  'blanks and a sign': `${' '.repeat(60_000)}x`.repeat(16),
  letters: 'a'.repeat(1_000_000),
  'hex without an end': '0a'.repeat(500_000),
  'plus and digits': '+11111111111111111111x '.repeat(40_000),
  'dotted addresses': 'a@b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.1 '.repeat(20_000),
  'tags that open': '<a '.repeat(330_000),
  'one tag': `<a ${'b '.repeat(500_000)}`,
  equals: 'src = '.repeat(160_000),
  'born of nothing': 'born '.repeat(200_000),
  'groups of capitals': 'AB12 CDEF 3456 '.repeat(66_000),
  'nothing but digits': '4111 1111 1111 1112 '.repeat(50_000),
  separators: 'aa-aa:aa aa-aa:'.repeat(66_000),
}

describe('honest files', () => {
  it.each(Object.entries(HONEST))('have nothing to find: %s', async (name, text) => {
    const findings = await findingsIn(name, text, TEXT_CHECKS)
    expect(findings.filter(({ rank }) => rank !== 'notice')).toEqual([])
  })
})

describe('hostile text', () => {
  it.each(Object.entries(HOSTILE))(
    'costs the patterns no more than a small part of the time limit: %s',
    async (_, text) => {
      const began = process.cpuUsage()
      for (const name of ['a.html', 'a.csv']) await findingsIn(name, text, TEXT_CHECKS)
      const { user } = process.cpuUsage(began)
      // A megabyte twice. What is quadratic in a window takes minutes; 20 s is below what the limit lets 30 MB take.
      expect(user / 1e6).toBeLessThan(20)
    },
    120_000,
  )

  it('is found although it is cut into pieces', async () => {
    const piece = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8x'
    const pieces = Array.from({ length: 30 }, (_, n) => `${n} ${piece.slice(n % 4)}`).join('\n')
    expect((await findingsIn('log.txt', pieces, [encodedData()])).map(({ what }) => what)).toEqual([
      '30 short runs that look like base64 cut into pieces.',
    ])
    expect(await findingsIn('log.txt', '9'.repeat(80), [encodedData()])).toHaveLength(1)
    expect(await findingsIn('p.csv', 'patient_id,score\n1,0.5\n', [personalData()])).toMatchObject([
      { rank: 'serious', sample: 'patient_id' },
    ])
    const report =
      '              precision    recall  f1-score   support\n\n     class a       0.50      0.60      0.55         3\n'
    expect(await findingsIn('log.txt', report, [smallCounts()])).toMatchObject([{ place: { line: 3 } }])
  })
})
