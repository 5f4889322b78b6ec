import type { DecisionSignature } from '@scoregate/protocol/decision-statement'
import type { Digest } from '@scoregate/protocol/digest'
import type { WebEnv } from '@scoregate/web/environment'
import type { Context } from 'hono'
import { listPasskeys } from './passkey-records.ts'
import { type PasskeyDesk, requireSession, requireSite } from './passkey-routes.tsx'
import { askForSignature, checkSignature, type ToSign } from './sign-decision.ts'

type SigningDesk = PasskeyDesk & { readonly policyDigest: Digest }

/** Whether and how the decisions of a page can be signed by whoever looks at it. */
export type Signing = {
  /** `none`: the desk is where passkeys do not work; `no-passkey`: the person has none yet. */
  readonly kind: 'possible' | 'no-passkey' | 'none'
  /** The address where passkeys work. */
  readonly origin: string
}

/** See `Signing`. */
export async function findSigning(desk: PasskeyDesk, personId: number): Promise<Signing> {
  const place = desk.passkeys()
  if (place.kind !== 'works') return { kind: 'none', origin: place.address }
  const own = await listPasskeys(desk.db, personId)
  return { kind: own.length === 0 ? 'no-passkey' : 'possible', origin: place.site.origin }
}

/** Answers a browser with the question to the passkey of its person over what a form says. */
export async function answerQuestion(
  desk: SigningDesk,
  c: Context<WebEnv>,
  toSign: ToSign,
): Promise<Response> {
  const signer = { ...requireSession(c), now: desk.clock() }
  return c.json(await askForSignature({ ...desk, site: requireSite(desk) }, toSign, signer))
}

/**
 * The signatures that came with a form, one for each decision. An answer that is not to be believed is never taken for
 * none: the decision is refused, and the chain says so.
 */
export async function readSignatures(
  desk: SigningDesk,
  c: Context<WebEnv>,
  { toSign, answer }: { toSign: ToSign; answer: string },
): Promise<
  | { kind: 'unsigned' }
  | { kind: 'signed'; signatures: DecisionSignature[] }
  | { kind: 'refused'; sentence: string }
> {
  if (answer === '') return { kind: 'unsigned' }
  const signer = { ...requireSession(c), now: desk.clock() }
  const result = await checkSignature({ ...desk, site: requireSite(desk) }, { toSign, answer }, signer)
  if (result.kind === 'signed') return result
  const { cause, sentence } = result
  const reviewer = signer.person.username
  await desk.audit.record({ kind: 'passkey-refused', reviewer, to: 'decide', cause })
  return { kind: 'refused', sentence }
}
