import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sitePublicKeyOf } from '@scoregate/gate/receipt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditFileOf } from '../audit/audit-file-name.ts'
import { ensureSiteKey, ensureSitePublicKey, siteKeyFileOf } from './site-key.ts'

describe('the key of a site', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scoregate-key-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  it('is made once, for its owner alone, and is the same for all who ask at once and later', async () => {
    const data = join(folder, 'new', 'desk')
    const asked = await Promise.all([1, 2, 3, 4].map(() => ensureSitePublicKey(data)))
    expect(new Set(asked).size).toBe(1)
    expect(await ensureSitePublicKey(data)).toBe(asked[0])
    expect((await stat(siteKeyFileOf(data))).mode & 0o777).toBe(0o600)
    expect(await readFile(siteKeyFileOf(data), 'utf8')).toContain('BEGIN PRIVATE KEY')
    expect(sitePublicKeyOf(await ensureSiteKey(data))).toBe(asked[0])
  })

  it('is not made anew when the site has a chain: a key that nobody knows would be believed nowhere', async () => {
    await writeFile(auditFileOf(folder), '')
    await expect(ensureSiteKey(folder)).rejects.toMatchObject({ code: 'site-key-missing' })
    // Control: without a chain it is made.
    await rm(auditFileOf(folder))
    await ensureSiteKey(folder)
  })

  it('is refused when the file holds something else', async () => {
    await writeFile(siteKeyFileOf(folder), 'not a key')
    await expect(ensureSiteKey(folder)).rejects.toMatchObject({ code: 'bad-site-key' })
  })
})
