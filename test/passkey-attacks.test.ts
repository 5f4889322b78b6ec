import type { ReceiptPredicate } from '@scoregate/protocol/receipt'
import { describe, expect, it } from 'vitest'
import { readActs } from '../packages/desk/src/audit/audit-rig.ts'
import type { DeskRig } from '../packages/desk/src/desk-rig.ts'
import { ensureSitePublicKey } from '../packages/desk/src/site/site-key.ts'
import { passkeyId } from '../packages/gate/src/passkeys/cose-key.ts'
import { readReceipt } from '../packages/gate/src/receipt.ts'
import { askSignIn, PasskeyAttacker, policyWith, startPasskeyDesk } from './passkey-rig.ts'

const SCORES: [string, string][] = [['artefacts', 'scores']]

async function waiting(rig: DeskRig): Promise<{ id: string; path: string; fields: [string, string][] }> {
  const { id, deposit } = await rig.deposit()
  return { id, path: `/holds/${id}/approve`, fields: [['digest', deposit.manifestDigest], ...SCORES] }
}

async function lastRefusal(rig: DeskRig): Promise<string | undefined> {
  const acts = await readActs(rig.dataFolder)
  const act = acts.findLast(({ kind }) => kind === 'passkey-refused')
  return act?.kind === 'passkey-refused' ? act.cause : undefined
}

describe('a decision with a passkey', () => {
  it('is refused with another answer than that of the reviewer’s own passkey to this question, once', async () => {
    await using rig = await startPasskeyDesk()
    const anna = await PasskeyAttacker.start(rig, 'first-reviewer')
    const bert = await PasskeyAttacker.start(rig, 'second-reviewer')
    const { id, path, fields } = await waiting(rig)
    const other = await waiting(rig)

    const refusals: [cause: string, send: () => Promise<Response>][] = [
      // Somebody else's passkey, over exactly this decision.
      [
        'other-person',
        async () =>
          anna.post(path, [...fields, anna.answer({ challenge: await anna.ask(path, fields) }, bert)]),
      ],
      // A passkey that signs for another address, as on a page that looks like the desk.
      [
        'other-origin',
        async () =>
          anna.post(path, [
            ...fields,
            anna.answer({ challenge: await anna.ask(path, fields), origin: 'https://desk.example' }),
          ]),
      ],
      // Nobody's finger was on it.
      [
        'not-verified',
        async () =>
          anna.post(path, [...fields, anna.answer({ challenge: await anna.ask(path, fields), flags: 1 })]),
      ],
      // The question was put to the session of somebody else.
      [
        'not-asked',
        async () => anna.post(path, [...fields, anna.answer({ challenge: await bert.ask(path, fields) })]),
      ],
      // A question that the desk never put.
      [
        'not-asked',
        async () => anna.post(path, [...fields, anna.answer({ challenge: other.fields[0]?.[1] as never })]),
      ],
      // Other ticks than those that the passkey was shown.
      [
        'other-challenge',
        async () =>
          anna.post(path, [
            ...fields,
            ['artefacts', 'scoring_stdout'],
            anna.answer({ challenge: await anna.ask(path, fields) }),
          ]),
      ],
      // Another hold, and another decision, than what was signed.
      [
        'other-challenge',
        async () =>
          anna.post(other.path, [...other.fields, anna.answer({ challenge: await anna.ask(path, fields) })]),
      ],
      [
        'other-challenge',
        async () =>
          anna.post(`/holds/${id}/reject`, [
            ...fields,
            ['reason', 'private-data'],
            anna.answer({ challenge: await anna.ask(path, fields) }),
          ]),
      ],
      // A passkey of nobody.
      [
        'unknown-passkey',
        async () =>
          anna.post(path, [
            ...fields,
            anna.answer(
              { challenge: await anna.ask(path, fields) },
              { passkey: anna.passkey, credentialId: 'bm9ib2R5' },
            ),
          ]),
      ],
      // Its own name on the answer of another key.
      [
        'bad-signature',
        async () =>
          anna.post(path, [
            ...fields,
            anna.answer(
              { challenge: await anna.ask(path, fields) },
              { passkey: bert.passkey, credentialId: anna.credentialId },
            ),
          ]),
      ],
      ['not-an-assertion', async () => anna.post(path, [...fields, ['passkey', '{"yes": true}']])],
    ]
    for (const [cause, send] of refusals) {
      const answer = await send()
      expect(answer.status, `${cause}: ${await answer.text()}`).toBe(409)
      expect(await lastRefusal(rig)).toBe(cause)
    }
    for (const hold of [id, other.id]) expect((await rig.show(hold)).state).toBe('awaiting')

    // Control: the same form with the answer as it should be.
    const good = anna.answer({ challenge: await anna.ask(path, fields) })
    expect((await anna.post(path, [...fields, good])).status).toBe(303)
    expect((await rig.untilState(id, 'released')).decision).toMatchObject({ reviewer: 'first-reviewer' })
    // The answer is good for one decision, once.
    expect((await anna.post(path, [...fields, good])).status).toBe(409)
    expect(await lastRefusal(rig)).toBe('not-asked')
  })

  it('is refused when the question is older than five minutes', async () => {
    await using rig = await startPasskeyDesk()
    const anna = await PasskeyAttacker.start(rig, 'first-reviewer')
    const { id, path, fields } = await waiting(rig)
    const late = anna.answer({ challenge: await anna.ask(path, fields) })
    rig.passTime(301)
    expect((await anna.post(path, [...fields, late])).status).toBe(409)
    expect(await lastRefusal(rig)).toBe('not-asked')
    const inTime = anna.answer({ challenge: await anna.ask(path, fields) })
    rig.passTime(200)
    expect((await anna.post(path, [...fields, inTime])).status).toBe(303)
    await rig.untilState(id, 'released')
  })

  it('is refused when the counter of the passkey went back, as that of a copy does', async () => {
    await using rig = await startPasskeyDesk()
    const anna = await PasskeyAttacker.start(rig, 'first-reviewer')
    const first = await waiting(rig)
    const second = await waiting(rig)
    const signed = async ({ path, fields }: typeof first, signCount: number) =>
      anna.post(path, [...fields, anna.answer({ challenge: await anna.ask(path, fields), signCount })])
    expect((await signed(first, 7)).status).toBe(303)
    for (const signCount of [7, 6, 0]) {
      expect((await signed(second, signCount)).status).toBe(409)
      expect(await lastRefusal(rig)).toBe('cloned')
    }
    expect((await signed(second, 8)).status).toBe(303)
  })
})

describe('a policy that wants approvals signed', () => {
  it('lets no unsigned approval through, whichever way it comes, and every rejection', async () => {
    await using rig = await startPasskeyDesk(policyWith('signed: required'))
    const anna = await PasskeyAttacker.start(rig, 'first-reviewer')
    const one = await waiting(rig)
    const two = await waiting(rig)
    // The page without script, the API (and with it the command line), and the decision over several.
    const form = await anna.post(one.path, one.fields)
    expect(form.status).toBe(409)
    expect(await form.text()).toContain('signed with a passkey')
    const api = await rig.approve(one.id)
    expect(api.status).toBe(409)
    expect(await api.json()).toMatchObject({ code: 'signature-missing' })
    const item: [string, string] = ['hold', `${one.id}:${one.fields[0]?.[1]}`]
    const bulk = await anna.post('/bulk', [['act', 'release'], item])
    expect(await bulk.text()).toContain('0 released, 1 was not decided')
    expect((await rig.show(one.id)).state).toBe('awaiting')

    const signed = anna.answer({ challenge: await anna.ask(one.path, one.fields) })
    expect((await anna.post(one.path, [...one.fields, signed])).status).toBe(303)
    expect((await rig.reject(two.id)).status).toBe(200)
  })

  it('lets several be released by one signature over their list, and over no other list', async () => {
    await using rig = await startPasskeyDesk(policyWith('signed: required'))
    const anna = await PasskeyAttacker.start(rig, 'first-reviewer')
    const holds = [await waiting(rig), await waiting(rig), await waiting(rig)]
    const items = holds.map(({ id, fields }): [string, string] => ['hold', `${id}:${fields[0]?.[1]}`])
    const two: [string, string][] = [['act', 'release'], ...items.slice(0, 2)]
    const all: [string, string][] = [['act', 'release'], ...items]
    const added = anna.answer({ challenge: await anna.ask('/bulk', two) })
    expect((await anna.post('/bulk', [...all, added])).status).toBe(409)
    expect(await lastRefusal(rig)).toBe('other-challenge')
    for (const { id } of holds) expect((await rig.show(id)).state).toBe('awaiting')
    const signed = anna.answer({ challenge: await anna.ask('/bulk', all) })
    expect(await (await anna.post('/bulk', [...all, signed])).text()).toContain('3 released')
    for (const { id } of holds) await rig.untilState(id, 'released')
  })
})

describe('the receipt of a signed decision', () => {
  it('has a signature of each of two reviewers, each over what they ticked themselves', async () => {
    await using rig = await startPasskeyDesk(policyWith('signed: required, approvals: 2, unseen: warn'))
    const anna = await PasskeyAttacker.start(rig, 'first-reviewer')
    const bert = await PasskeyAttacker.start(rig, 'second-reviewer')
    const { id, path, fields } = await waiting(rig)
    const more: [string, string][] = [...fields, ['artefacts', 'output']]
    const first = anna.answer({ challenge: await anna.ask(path, more) })
    expect((await anna.post(path, [...more, first])).status).toBe(303)
    // The second approval needs a signature of its own.
    expect((await bert.post(path, fields)).status).toBe(409)
    expect((await rig.show(id)).state).toBe('awaiting')
    const second = bert.answer({ challenge: await bert.ask(path, fields) })
    expect((await bert.post(path, [...fields, second])).status).toBe(303)
    await rig.untilState(id, 'released')
    const { decision, artefacts } = await receiptOf(rig, id)
    expect(artefacts).toEqual(['scores'])
    expect(decision.kind === 'approve' && decision.signatures).toMatchObject([
      { reviewer: 'first-reviewer', artefacts: ['output', 'scores'], publicKey: anna.passkey.publicKey },
      { reviewer: 'second-reviewer', artefacts: ['scores'], publicKey: bert.passkey.publicKey },
    ])
  })

  it('names nobody who refused, while the chain binds their signature', async () => {
    await using rig = await startPasskeyDesk()
    const anna = await PasskeyAttacker.start(rig, 'first-reviewer')
    const { id, fields } = await waiting(rig)
    const path = `/holds/${id}/reject`
    const form: [string, string][] = [...fields, ['reason', 'private-data']]
    const signed = anna.answer({ challenge: await anna.ask(path, form) })
    expect((await anna.post(path, [...form, signed])).status).toBe(303)
    await rig.untilState(id, 'closed')
    const text = JSON.stringify(await receiptOf(rig, id))
    expect(text).not.toContain('first-reviewer')
    expect(text).not.toContain(anna.passkey.publicKey)
    const acts = await readActs(rig.dataFolder)
    expect(acts.find(({ kind }) => kind === 'decided')).toMatchObject({
      decision: { kind: 'reject', signedBy: { passkey: passkeyId(anna.passkey.publicKey) } },
    })
  })

  it('has none where the policy decided', async () => {
    await using rig = await startPasskeyDesk(policyWith('signed: required').replace('always', 'when-asked'))
    const { id } = await rig.deposit({ humanInTheLoop: false })
    await rig.untilState(id, 'released')
    const { decision } = await receiptOf(rig, id)
    expect(Object.keys(decision).sort()).toEqual(['decidedAt', 'kind'])
    expect(decision.kind).toBe('auto')
  })
})

/** What the site signed of a hold, once the receipt as a whole is believed. */
async function receiptOf(rig: DeskRig, id: string): Promise<ReceiptPredicate> {
  const receipt = await (await rig.api(`/api/holds/${id}/receipt`)).json()
  const reading = readReceipt(receipt, await ensureSitePublicKey(rig.dataFolder))
  if (reading.kind === 'invalid') throw new Error(reading.flaw.sentence)
  return reading.statement.predicate
}

describe('signing in by a passkey', () => {
  it('takes only the answer of a passkey with its owner’s handle to the question that this browser asked', async () => {
    await using rig = await startPasskeyDesk()
    const anna = await PasskeyAttacker.start(rig, 'first-reviewer')
    const bert = await PasskeyAttacker.start(rig, 'second-reviewer')
    const send = (cookie: string, answer: [string, string]) =>
      fetch(`${rig.url}/sign-in/passkey`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body: new URLSearchParams([answer]),
      })
    const mine = await askSignIn(rig)
    const theirs = await askSignIn(rig)
    for (const [cause, cookie, answer] of [
      ['not-asked', theirs.cookie, anna.answer({ challenge: mine.challenge })],
      ['not-asked', '', anna.answer({ challenge: mine.challenge })],
      // Known by a name alone, or by that of somebody else.
      [
        'other-person',
        mine.cookie,
        anna.answer(mine, { passkey: anna.passkey, credentialId: anna.credentialId }),
      ],
      ['other-person', theirs.cookie, anna.answer(theirs, { ...bertAs(anna, bert) })],
    ] as const) {
      const answered = await send(cookie, answer)
      expect(answered.headers.get('location')).toBe(`/sign-in?passkey=${cause}`)
      expect(answered.headers.get('set-cookie') ?? '').not.toContain('scoregate_desk=')
      expect(await lastRefusal(rig)).toBe(cause)
    }
    // Control: an answer as it should be signs in, once.
    const good = await askSignIn(rig)
    const answer = anna.answer(good)
    const signedIn = await send(good.cookie, answer)
    expect(signedIn.headers.get('location')).toBe('/')
    expect(signedIn.headers.get('set-cookie')).toContain('scoregate_desk=')
    expect((await send(good.cookie, answer)).headers.get('location')).toBe('/sign-in?passkey=not-asked')
  })

  it('is not offered where browsers give no passkeys, and the account says why', async () => {
    await using rig = await startPasskeyDesk(undefined, { publicUrl: 'http://10.0.0.5:5080' })
    expect(await (await fetch(`${rig.url}/sign-in`)).text()).not.toContain('with a passkey')
    const browser = await rig.signIn()
    const account = await (await browser.get('/account')).text()
    expect(account).toContain('Passkeys do not work at the address of this desk')
    expect(account).toContain('http://10.0.0.5:5080')
    const asked = await fetch(`${rig.url}/sign-in/passkey/question`, { method: 'POST' })
    expect(asked.status).toBe(409)
  })
})

/** The passkey of one, with the handle of another. */
function bertAs(anna: PasskeyAttacker, bert: PasskeyAttacker) {
  return { passkey: anna.passkey, credentialId: anna.credentialId, userHandle: bert.userHandle }
}
