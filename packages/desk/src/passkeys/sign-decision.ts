import { randomBytes } from 'node:crypto'
import { decisionDigest, decisionListDigest, decisionStatement } from '@scoregate/gate/decision-statement'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import { DecisionSignature } from '@scoregate/protocol/decision-statement'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Person } from '@scoregate/web/accounts'
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { CHALLENGE_SECONDS, openChallenge } from './challenges.ts'
import { checkAnswer, type PasskeyRefusal } from './check-answer.ts'
import { listPasskeys } from './passkey-records.ts'
import type { PasskeySite } from './passkey-site.ts'
import { tooManyQuestions } from './register-passkey.ts'

/** A decision as a form says it, before anybody signed it. */
export type UnsignedDecision = {
  /** The digest of the manifest that the reviewer was shown. */
  readonly hold: Digest
  readonly kind: 'approve' | 'reject'
  readonly artefacts: readonly ArtefactName[]
}

/** One decision, or several that are signed at once. */
export type ToSign =
  | { readonly kind: 'one'; readonly decision: UnsignedDecision }
  | { readonly kind: 'together'; readonly decisions: readonly UnsignedDecision[] }

type SigningDesk = { readonly db: DeskDb; readonly site: PasskeySite; readonly policyDigest: Digest }
type Signer = { readonly person: Person; readonly sessionId: string; readonly now: Date }

/**
 * The question with which a browser has somebody's own passkey sign a decision: its challenge is the SHA-256 of the
 * statement of the decision. Throws `ScoregateError` (`no-passkey`) for whoever has none.
 */
export async function askForSignature(
  { db, site, policyDigest }: SigningDesk,
  toSign: ToSign,
  { person, sessionId, now }: Signer,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const own = await listPasskeys(db, person.id)
  if (own.length === 0) throw noPasskey()
  const nonce = randomBytes(16).toString('hex')
  const { challenge } = statementsOf(toSign, { nonce, reviewer: person.username, policyDigest })
  const question = Buffer.from(challenge, 'hex')
  const isOpen = await openChallenge(db, {
    ...{
      challenge: question.toString('base64url'),
      purpose: PURPOSES[toSign.kind],
      asker: sessionId,
      nonce,
      now,
    },
  })
  if (!isOpen) throw tooManyQuestions()
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
  return generateAuthenticationOptions({
    rpID: site.rpId,
    challenge: new Uint8Array(question),
    allowCredentials: own.map(({ credentialId: id, transports }) => ({ id, transports: [...transports] })),
    userVerification: 'required',
    timeout: CHALLENGE_SECONDS * 1000,
  })
}

/**
 * Checks that the person's own passkey signed exactly what their form says now, whatever it said when the passkey was
 * asked. Answers a signature for each decision, in their order.
 */
export async function checkSignature(
  { db, site, policyDigest }: SigningDesk,
  { toSign, answer }: { toSign: ToSign; answer: string },
  { person, sessionId, now }: Signer,
): Promise<{ kind: 'signed'; signatures: DecisionSignature[] } | PasskeyRefusal> {
  const words = { reviewer: person.username, policyDigest }
  const checked = await checkAnswer(
    { db, site },
    {
      ...{ answer, purpose: PURPOSES[toSign.kind], asker: sessionId, personId: person.id, now },
      challengeOf: (nonce) => statementsOf(toSign, { nonce, ...words }).challenge,
    },
  )
  if (checked.kind === 'refused') return checked
  const { nonce = '', passkey, assertion } = checked
  const { statements, digests } = statementsOf(toSign, { nonce, ...words })
  const signatures = statements.map(({ artefacts }) =>
    DecisionSignature.parse({
      ...{ ...words, artefacts, nonce, publicKey: passkey.publicKey, assertion },
      ...(toSign.kind === 'together' ? { signedTogether: [...new Set(digests)].sort() } : {}),
    }),
  )
  return { kind: 'signed', signatures }
}

const PURPOSES = { one: 'decide', together: 'decide-together' } as const

function statementsOf(toSign: ToSign, words: { nonce: string; reviewer: string; policyDigest: Digest }) {
  const decisions = toSign.kind === 'one' ? [toSign.decision] : toSign.decisions
  const statements = decisions.map(({ hold, kind, artefacts }) =>
    decisionStatement({ hold, kind, artefacts: kind === 'reject' ? [] : artefacts, ...words }),
  )
  const digests = statements.map(decisionDigest)
  const [only] = digests
  const challenge = toSign.kind === 'one' && only !== undefined ? only : decisionListDigest(digests)
  return { statements, digests, challenge }
}

function noPasskey(): ScoregateError {
  return new ScoregateError({
    kind: 'conflict',
    code: 'no-passkey',
    message: 'You have no passkey to sign with.',
    remedy: 'Add one under “My account”.',
  })
}
