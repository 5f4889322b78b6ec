import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Installation, smallBundle, startInstallation, until } from './installation-rig.ts'

const HONEST = "import json\njson.dump({'acc': 0.5}, open('/app/output/scores.json', 'w'))\n"

/** Runs the built command over the data folder of the installation. */
function scoregate(
  site: Installation,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['dist/scoregate.js', ...args],
      { env: { ...site.environment, SCOREGATE_DATA: site.dataFolder } },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
}

async function openPhase(site: Installation): Promise<number> {
  const competition = await site.createCompetition(smallBundle(HONEST))
  await site.hub('organizer', 'PATCH', `/api/competitions/${competition}/`, { published: true })
  const found = await site.hub('organizer', 'GET', `/api/competitions/${competition}/`)
  const { phases } = z.looseObject({ phases: z.array(z.looseObject({ id: z.number() })) }).parse(found)
  await site.hub('participant', 'POST', `/api/competitions/${competition}/register/`)
  const [phase] = phases
  if (phase === undefined) throw new Error('the competition has no phase')
  return phase.id
}

async function approve(site: Installation, submission: number): Promise<string> {
  await site.untilStatus(submission, 'Awaiting validation')
  const { id, digest } = await site.holdOf(submission)
  await site.desk('POST', `/api/holds/${id}/decision`, { decision: 'approve', digest })
  return id
}

describe('the evidence of a release', () => {
  it('is with site, hub and whoever has the files: receipt, chain and published head agree, also after kills', async () => {
    await using site = await startInstallation()
    const phase = await openPhase(site)
    const submission = await site.submit(phase, { 'guess.csv': 'a,1\n' })
    const hold = await approve(site, submission)
    await site.killPart('desk')
    await site.untilStatus(submission, 'Finished')

    const receipt = join(site.folder, 'receipt.json')
    const own = await until('the desk', async () => {
      const answer = await scoregate(site, 'review', 'receipt', hold)
      return answer.code === 0 ? answer : undefined
    })
    await writeFile(receipt, own.out)
    const published = await site.hub('participant', 'GET', `/api/submissions/${submission}/receipt`)
    expect(published).toEqual(JSON.parse(own.out))
    const { out: key } = await scoregate(site, 'desk', 'key')
    expect(await scoregate(site, 'verify', receipt, '--key', key.trim())).toMatchObject({ code: 0, err: '' })
    const chain = await scoregate(site, 'audit', 'verify', '--hub', '--receipt', receipt)
    expect(chain).toMatchObject({ code: 0, out: expect.stringContaining('The chain is intact.') })
    expect(chain.out).toContain(`with the hub ${site.ready.hub}`)

    // An end that is cut off, with which the file by itself is intact, is missed by the hub.
    const file = join(site.dataFolder, 'desk', 'audit.jsonl')
    const lines = (await readFile(file, 'utf8')).split('\n')
    const begun = lines.findIndex((line) => line.includes('"kind":"release-begun"'))
    const cut = join(site.folder, 'cut.jsonl')
    await writeFile(cut, lines.slice(0, begun).join('\n').concat('\n'))
    expect((await scoregate(site, 'audit', 'verify', '--file', cut)).code).toBe(0)
    const missed = await scoregate(site, 'audit', 'verify', '--file', cut, '--hub')
    expect(missed).toMatchObject({ code: 4, out: expect.stringContaining('CUT-TAIL') })

    // Somebody who edits the file keeps the desk from starting; the message says where.
    await site.stop()
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('"kind":"decided"', '"kind":"DECIDED"'))
    await expect(site.restart()).rejects.toThrow(/audit chain[\s\S]*differs from the records/)
    await writeFile(file, text)
    await site.restart()
    expect((await scoregate(site, 'audit', 'verify', '--hub', '--receipt', receipt)).code).toBe(0)
  })
})
