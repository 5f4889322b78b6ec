import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubRig, startHubRig } from '../hub-rig.ts'
import { renamedInZip, type ZipContent, zipOf } from '../zip-rig.ts'

describe('an upload', () => {
  let rig: HubRig
  let phase: number
  beforeAll(async () => {
    rig = await startHubRig({ maxSubmissionBytes: 100_000 })
    phase = (await rig.createCompetition()).phase
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  const evil = async (from: string, to: string) => renamedInZip(await zipOf({ [from]: 'x' }), from, to)
  const zip = (files: Record<string, ZipContent>) => zipOf(files)

  it.each([
    ['is no zip', async () => Buffer.from('not a zip'), 'is not a zip'],
    ['is cut off', async () => (await zip({ a: 'text' })).subarray(0, 40), 'is not a zip'],
    ['is empty', () => zip({}), 'is empty'],
    ['climbs out', () => evil('aa/aa', '../aa'), 'has ".." in its path'],
    ['climbs out from within', () => evil('a/bb/c', 'a/../c'), 'has ".." in its path'],
    ['has an absolute path', () => evil('aaaa', '/aaa'), 'has an absolute path'],
    ['has a drive letter', () => evil('aaaa', 'C:aa'), 'has an absolute path'],
    ['has a backslash', () => evil('aaaa', 'a\\aa'), 'has a backslash'],
    ['has a control character', () => evil('aaaa', 'a\u0000aa'), 'cannot be shown'],
    [
      'has a symbolic link',
      () => zip({ link: { content: '/etc/passwd', mode: 0o120777 } }),
      'is a symbolic link',
    ],
    ['has a device', () => zip({ device: { content: '', mode: 0o020666 } }), 'neither a file nor a folder'],
    ['has one name twice', async () => renamedInZip(await zip({ aa: '1', bb: '2' }), 'bb', 'aa'), 'twice'],
    [
      'has a file in a file',
      async () => renamedInZip(await zip({ a: '1', 'b/c': '2' }), 'b/c', 'a/c'),
      'also a file',
    ],
    ['unpacks to far too much', () => zip({ zeros: Buffer.alloc(3_000_000) }), 'unpacks to'],
  ])('that %s is refused, with why, and nothing is counted', async (_, make, what) => {
    const { key, completed } = await rig.upload(rig.participant, 'submission', await make())
    expect(completed.status).toBe(400)
    expect(completed.text).toContain(JSON.stringify(what).slice(1, -1))
    const submitted = await rig.participant('POST', '/api/submissions/', { phase, data: key })
    expect(submitted.status).toBe(400)
    expect((await rig.participant('GET', `/api/phases/${phase}/`)).body).toMatchObject({
      used_submissions_per_day: 0,
    })
  })

  it('that is honest is accepted, litter and all', async () => {
    const bytes = await zip({ 'model.py': 'x', 'lib/': '', 'lib/a.py': 'y', '__MACOSX/._a': 'z' })
    expect((await rig.upload(rig.participant, 'submission', bytes)).completed.status).toBe(200)
  })

  it('that is too large is refused, whether it says so or not', async () => {
    const announced = await rig.participant('POST', '/api/datasets/', {
      type: 'submission',
      file_size: 100_001,
    })
    expect(announced.status).toBe(413)
    const created = await rig.participant('POST', '/api/datasets/', { type: 'submission' })
    const { sassy_url } = created.body as { sassy_url: string } // the answer to announcing
    expect((await rig.visitor('PUT', sassy_url, Buffer.alloc(100_001))).status).toBe(413)
    const chunked = await fetch(sassy_url, {
      method: 'PUT',
      body: new Blob([Buffer.alloc(100_001)]).stream(),
      duplex: 'half',
    } as RequestInit) // a stream needs `duplex`, which the type does not know
    expect(chunked.status).toBe(413)
  })

  it('takes bytes by its own link only, and none once it is completed', async () => {
    const bytes = await zip({ a: 'first' })
    const created = await rig.participant('POST', '/api/datasets/', { type: 'submission' })
    const { key, sassy_url } = created.body as { key: string; sassy_url: string } // the answer to announcing
    expect((await rig.participant('PUT', `/api/uploads/${key}`, bytes)).status).toBe(403)
    expect((await rig.participant('PUT', `/api/datasets/completed/${key}/`)).status).toBe(409)
    expect((await rig.visitor('PUT', sassy_url, bytes)).status).toBe(200)
    expect((await rig.rival('PUT', `/api/datasets/completed/${key}/`)).status).toBe(404)
    expect((await rig.participant('PUT', `/api/datasets/completed/${key}/`)).status).toBe(200)
    expect((await rig.visitor('PUT', sassy_url, await zip({ a: 'other' }))).status).toBe(409)
    expect((await rig.rival('POST', '/api/submissions/', { phase, data: key })).status).toBe(404)
  })
})
