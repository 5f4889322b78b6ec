import { generateKeyPairSync } from 'node:crypto'
import { ensureSitePublicKey } from '@scoregate/desk/site-key'
import { readReceipt, signReceipt, sitePublicKeyOf } from '@scoregate/gate/receipt'
import { Receipt } from '@scoregate/protocol/receipt'
import type { EscapeCase } from '../../case.ts'
import { askDesk, asReviewer, heldRun, holdIn, must } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'forged-receipts',
  family: 31,
  tries:
    'Makes receipts for what nobody released: every byte of a true one changed, one signed with another key, one that names another hold.',
  plants: 'Labels in the output.',
  defence:
    "A receipt counts with the signature of the site's key over every byte of it, and with nothing else.",
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, a receipt, does not exist there.' },
  act: playForgery,
}

async function playForgery(stage: Stage): Promise<'contained'> {
  const result = await heldRun(stage)
  await stage.decide(result, 'scores')
  await holdIn(stage, result.hold.id, ['released'])
  const answer = await askDesk(stage, `/api/holds/${result.hold.id}/receipt`, { headers: asReviewer(stage) })
  const receipt = Receipt.parse(await answer.json())
  const key = await ensureSitePublicKey(stage.site.deskFolder)
  const reading = readReceipt(receipt, key)
  if (reading.kind !== 'valid') throw new Error('The true receipt is not valid.')

  const payload = Buffer.from(receipt.payload, 'base64')
  for (let at = 0; at < payload.length; at += 1) {
    const changed = Buffer.from(payload)
    changed[at] = (changed[at] ?? 0) ^ 1
    const forged = { ...receipt, payload: changed.toString('base64') }
    must(readReceipt(forged, key).kind !== 'valid', `A receipt with byte ${at} changed is valid.`)
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  const signedByOther = signReceipt(reading.statement, privateKey)
  must(readReceipt(signedByOther, key).kind !== 'valid', 'A receipt that another key signed is valid.')
  const renamed = {
    ...signedByOther,
    signatures: [{ ...signedByOther.signatures[0], keyid: receipt.signatures[0]?.keyid }],
  }
  must(
    readReceipt(renamed, key).kind !== 'valid',
    'A receipt under the name of the key of the site is valid.',
  )
  must(
    readReceipt(signedByOther, sitePublicKeyOf(privateKey)).kind === 'valid',
    'The forger cannot sign at all.',
  )
  for (const other of [{}, null, { ...receipt, signatures: [] }, { ...receipt, payloadType: 'text/plain' }]) {
    must(readReceipt(other, key).kind !== 'valid', `${JSON.stringify(other)} is a valid receipt.`)
  }
  return 'contained'
}
