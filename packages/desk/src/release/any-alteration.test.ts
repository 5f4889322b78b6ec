import { readFile, rm, writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

/** One change of a stored file that makes it another. */
type Alteration =
  | { readonly kind: 'a byte'; readonly at: number; readonly mask: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'longer'; readonly bytes: Uint8Array }
  | { readonly kind: 'removed' }

const alteration: fc.Arbitrary<Alteration> = fc.oneof(
  fc.record({
    kind: fc.constant('a byte' as const),
    at: fc.nat({ max: 10_000 }),
    mask: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat({ max: 10_000 }) }),
  fc.record({ kind: fc.constant('longer' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
  fc.constant({ kind: 'removed' as const }),
)

async function alter(file: string, change: Alteration): Promise<void> {
  const bytes = await readFile(file)
  switch (change.kind) {
    case 'a byte': {
      const at = change.at % bytes.byteLength
      bytes[at] = (bytes[at] ?? 0) ^ change.mask
      return await writeFile(file, bytes)
    }
    case 'cut':
      return await writeFile(file, bytes.subarray(0, change.at % bytes.byteLength))
    case 'longer':
      return await writeFile(file, Buffer.concat([bytes, change.bytes]))
    case 'removed':
      return await rm(file)
  }
}

const ARTEFACTS = ['scores', 'detailed_results', 'scoring_stdout', 'predictions']
const RELEASED = Object.entries(HONEST_RUN)
  .filter(([, content]) => content.length > 0)
  .map(([name]) => name)

describe('whatever is altered in the vault', () => {
  it('between sealing and release: nothing is released', async () => {
    await using rig = await DeskRig.start()
    const told = () => rig.platform.outcomes.filter(({ kind }) => kind !== 'awaiting-validation')
    let run = 0
    const property = fc.asyncProperty(
      fc.constantFrom(...RELEASED),
      alteration,
      fc.constantFrom('before the decision', 'after it'),
      async (name, change, moment) => {
        run += 1
        // No two runs share a file, so that what one alters is its own.
        const files = Object.fromEntries(
          Object.entries(HONEST_RUN).map(([path, content]) => [path, `${content}${' '.repeat(run)}`]),
        )
        const { id } = await rig.deposit({ files })
        const file = rig.blobFile(files[name] ?? '')
        if (moment === 'before the decision') {
          await alter(file, change)
          expect((await rig.approve(id, ARTEFACTS)).status).toBe(409)
        } else {
          await rig.platform.down()
          expect((await rig.approve(id, ARTEFACTS)).status).toBe(200)
          // A desk that runs may have read the scores already, and would release what it read: rightly, since that was
          // sealed. One that is started again has to read.
          await rig.stopDesk()
          await alter(file, change)
          await rig.platform.up()
          await rig.startDesk()
          await until('the alarm', async () => (await rig.show(id)).alarm)
        }
        expect(told()).toEqual([])
        expect(rig.platform.artefacts.size).toBe(0)
      },
    )
    await fc.assert(property, { numRuns: 10, endOnFailure: true })

    // Control: what nobody altered is released.
    const { id } = await rig.deposit()
    await rig.approve(id, ARTEFACTS)
    await rig.untilState(id, 'released')
    expect(told().map(({ kind }) => kind)).toEqual(['released'])
  })
})
