import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Receipt, ReceiptStatement } from '@scoregate/protocol/receipt'
import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { readActs } from '../packages/desk/src/audit/audit-rig.ts'
import { type DeskRig, PASSWORD } from '../packages/desk/src/desk-rig.ts'
import { ensureSiteKey } from '../packages/desk/src/site/site-key.ts'
import { receiptStatement, signReceipt, sitePublicKeyOf } from '../packages/gate/src/receipt.ts'
import { launchBrowser, overflow, picture, visit } from './browser-rig.ts'
import { nameOf, plugIn, policyWith, signInByPassword, startPasskeyDesk } from './passkey-rig.ts'

const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))

async function withBrowser(work: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await launchBrowser()
  try {
    await work(browser)
  } finally {
    await browser.close()
  }
}

async function addPasskey(page: Page, rig: DeskRig, name: string): Promise<void> {
  await page.goto(`${nameOf(rig)}/account`)
  const form = page.getByRole('form', { name: 'Add a passkey' })
  await form.getByLabel('Name').fill(name)
  await form.getByLabel('Your password').fill(PASSWORD)
  await form.getByRole('button', { name: 'Add a passkey' }).click()
}

/** Runs `scoregate verify` with nothing of an installation about it. */
function verify(folder: string, file: string, key: string): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), main, 'verify', file, '--key', key],
      { cwd: folder, env: { PATH: process.env['PATH'], SCOREGATE_DATA: join(folder, 'none') } },
      (error, out) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out }),
    )
  })
}

describe('a passkey in a browser', () => {
  it('is added, signs in, signs a decision, and the command line finds the signature on the receipt', async () => {
    await using rig = await startPasskeyDesk(policyWith('signed: required'))
    const { id } = await rig.deposit()
    await withBrowser(async (browser) => {
      const { page, complaints } = await visit(browser)
      await plugIn(page)
      await signInByPassword(page, rig)
      await page.goto(`${nameOf(rig)}/holds/${id}`)
      expect(await page.getByRole('button', { name: 'Approve and release' }).isDisabled()).toBe(true)
      await picture(page, 'passkey-missing')

      await page.goto(`${nameOf(rig)}/account`)
      await picture(page, 'passkeys-none', { fullPage: true })
      await addPasskey(page, rig, 'Phone')
      await page.getByRole('row', { name: /Phone/ }).waitFor()
      await picture(page, 'passkeys-one', { fullPage: true })
      for (const width of [360, 1024, 1600]) {
        await page.setViewportSize({ width, height: 768 })
        expect(await overflow(page), `account at ${width}`).toBeLessThanOrEqual(0)
        await picture(page, `passkeys-${width}`, { fullPage: true })
      }

      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.goto(`${nameOf(rig)}/sign-in?next=${encodeURIComponent(`/holds/${id}`)}`)
      await picture(page, 'passkey-sign-in')
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.waitForURL(`${nameOf(rig)}/holds/${id}`)
      await picture(page, 'passkey-decide')

      await page.getByRole('button', { name: 'Approve and release' }).click()
      await page.getByText('Approved. What you ticked is being sent.').waitFor()
      await page.getByText('first-reviewer, with the passkey').waitFor()
      await picture(page, 'passkey-decided')
      expect(complaints).toEqual([])
    })
    await rig.untilState(id, 'released')
    const acts = await readActs(rig.dataFolder)
    const added = acts.find((act) => act.kind === 'passkey-added')
    expect(acts).toContainEqual({ kind: 'signed-in', reviewer: 'first-reviewer', by: 'passkey' })
    expect(acts.find((act) => act.kind === 'decided')).toMatchObject({
      decision: { kind: 'approve', signedBy: { passkey: added?.kind === 'passkey-added' && added.passkey } },
    })

    const receipt = Receipt.parse(await (await rig.api(`/api/holds/${id}/receipt`)).json())
    const siteKey = await ensureSiteKey(rig.dataFolder)
    const key = sitePublicKeyOf(siteKey)
    await writeFile(join(rig.folder, 'receipt.json'), JSON.stringify(receipt))
    const good = await verify(rig.folder, 'receipt.json', key)
    expect(good.code).toBe(0)
    expect(good.out).toContain("Signed by the reviewer's own passkey: first-reviewer, with the key")

    // A site that would put words into its reviewer's mouth, and signs the receipt with its own key.
    const statement = ReceiptStatement.parse(
      JSON.parse(Buffer.from(receipt.payload, 'base64').toString('utf8')),
    )
    const { predicate, subject } = statement
    const { decision } = predicate
    if (decision.kind !== 'approve') throw new Error('The decision is no approval.')
    const more = ['scores', 'output'] as const
    const forged = receiptStatement({
      predicate: {
        ...predicate,
        artefacts: [...more],
        decision: {
          ...decision,
          signatures: decision.signatures?.map((one) => ({ ...one, artefacts: [...more].sort() })),
        },
      },
      released: [...subject, { name: 'output', digest: { sha256: predicate.hold } }],
    })
    await writeFile(join(rig.folder, 'forged.json'), JSON.stringify(signReceipt(forged, siteKey)))
    const bad = await verify(rig.folder, 'forged.json', key)
    expect(bad.code).toBe(4)
    expect(bad.out).toContain('A signature of a reviewer on it does not fit.')
  })

  it('that does not answer decides nothing, and the form can be sent unsigned where the policy allows', async () => {
    await using rig = await startPasskeyDesk()
    const { id } = await rig.deposit()
    await withBrowser(async (browser) => {
      const { page } = await visit(browser)
      const authenticator = await plugIn(page)
      await signInByPassword(page, rig)
      await addPasskey(page, rig, 'Key in the drawer')
      await page.getByRole('row', { name: /Key in the drawer/ }).waitFor()
      await authenticator.doubt()
      await page.goto(`${nameOf(rig)}/holds/${id}`)
      const form = page.getByRole('form', { name: 'Approve and release' })
      await form.getByRole('button', { name: 'Approve and release' }).click()
      await form.getByText('No passkey was used, so nothing was sent.').waitFor()
      await picture(page, 'passkey-not-used')
      expect((await rig.show(id)).state).toBe('awaiting')
      await form.getByRole('button', { name: 'Approve without a signature' }).click()
      await page.getByText('Approved. What you ticked is being sent.').waitFor()
    })
    const receipt = await rig.untilState(id, 'released').then(() => rig.api(`/api/holds/${id}/receipt`))
    await writeFile(join(rig.folder, 'receipt.json'), await receipt.text())
    const key = sitePublicKeyOf(await ensureSiteKey(rig.dataFolder))
    const verdict = await verify(rig.folder, 'receipt.json', key)
    expect(verdict).toMatchObject({ code: 0, out: expect.stringContaining('Not signed by first-reviewer') })
  })

  it('is refused when it counts backwards, and can be removed', async () => {
    await using rig = await startPasskeyDesk()
    await withBrowser(async (browser) => {
      const { page } = await visit(browser)
      const authenticator = await plugIn(page)
      await signInByPassword(page, rig)
      await addPasskey(page, rig, 'Phone')
      await page.getByRole('row', { name: /Phone/ }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      const signIn = page.getByRole('button', { name: 'Sign in with a passkey' })
      await signIn.click()
      await page.getByRole('heading', { name: 'Inbox' }).waitFor()
      await authenticator.countFrom(0)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await signIn.click()
      await page.getByText('The counter of this passkey went back').waitFor()
      await picture(page, 'passkey-cloned')
      // Control: a copy that counts on is one that nobody can tell.
      await authenticator.countFrom(1000)
      await signIn.click()
      await page.getByRole('heading', { name: 'Inbox' }).waitFor()
      await page.goto(`${nameOf(rig)}/account`)
      await page.getByRole('row', { name: /Phone/ }).getByText('Remove', { exact: true }).click()
      await page.getByRole('button', { name: 'Remove it' }).click()
      await page.getByText('You have none yet.').waitFor()
    })
    const acts = await readActs(rig.dataFolder)
    expect(acts.some((act) => act.kind === 'passkey-refused' && act.cause === 'cloned')).toBe(true)
    expect(acts.findLast(({ kind }) => kind.startsWith('passkey-'))).toMatchObject({
      ...{ kind: 'passkey-removed', reviewer: 'first-reviewer' },
    })
  })

  it('says without script what it needs, and leaves the unsigned way where the policy allows', async () => {
    for (const [policy, isAllowed] of [
      ['signed: when-possible', true],
      ['signed: required', false],
    ] as const) {
      await using rig = await startPasskeyDesk(policyWith(policy))
      const { id } = await rig.deposit()
      await withBrowser(async (browser) => {
        const withScript = await visit(browser)
        await plugIn(withScript.page)
        await signInByPassword(withScript.page, rig)
        await addPasskey(withScript.page, rig, 'Phone')
        await withScript.page.getByRole('row', { name: /Phone/ }).waitFor()
        const { page, complaints } = await visit(browser, { javaScript: false })
        await signInByPassword(page, rig)
        await page.goto(`${nameOf(rig)}/holds/${id}`)
        const words = isAllowed ? 'it is recorded as not signed' : 'switch it on to approve'
        await page.locator('noscript p', { hasText: words }).first().waitFor()
        await picture(page, `passkey-no-script-${isAllowed ? 'possible' : 'required'}`)
        await page.getByRole('button', { name: 'Approve and release' }).click()
        await page
          .getByText(isAllowed ? 'Approved. What you ticked is being sent.' : 'Your decision was not taken')
          .waitFor()
        if (!isAllowed) await picture(page, 'passkey-required-refused')
        expect(complaints.filter((words) => !words.includes('409'))).toEqual([])
      })
    }
  })
})
