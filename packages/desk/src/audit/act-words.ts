import { AuditAct, type AuditDecision, type PasskeyRefusalCause } from '@scoregate/protocol/audit'
import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'

/**
 * What an entry says happened, in a line. An act that this version does not know is given as it is written. Names come
 * from elsewhere: show the line inert.
 */
export function actWords(act: unknown): string {
  const known = AuditAct.safeParse(act)
  return known.success ? knownActWords(known.data) : JSON.stringify(act)
}

function knownActWords(act: AuditAct): string {
  switch (act.kind) {
    case 'chain-started':
      return `the chain began, with the signing key ${short(act.keyId)}`
    case 'site-key-changed':
      return `the signing key changed from ${short(act.from)} to ${short(act.to)}`
    case 'file-completed':
      return `the desk started, and added ${act.entries === 1 ? '1 entry' : `${act.entries} entries`} that the file lacked: after a crash, or made on its machine while it did not run`
    case 'policy-in-force':
      return `the policy ${short(act.policyDigest)} came into force`
    case 'policy-changed':
      return `the policy changed from ${short(act.from)} to ${short(act.to)}`
    case 'deposited':
      return `${act.worker} deposited ${holdWords(act)}: submission ${act.submissionId}, job ${act.jobId}, attempt ${act.attempt}, for ${act.platform}${act.failure === undefined ? '' : `. ${REASON_SENTENCES[act.failure]}`}`
    case 'checks-ended':
      return `the checks over ${holdWords(act)} ${act.isComplete ? 'ended' : 'did not get through'}, with ${act.critical} critical and ${act.serious} serious findings and ${act.notice} notices`
    case 'list-viewed':
      return `${act.reviewer} looked at the list "${act.list}", ${listWords(act)}`
    case 'hold-claimed':
      return `${act.reviewer} said to be looking at ${holdWords(act)}, until ${act.until}`
    case 'claim-ended':
      return `${act.reviewer} said to be looking no longer at ${holdWords(act)}`
    case 'hold-viewed':
      return `${act.reviewer} looked at ${holdWords(act)}`
    case 'file-viewed':
      return `${act.reviewer} looked at file ${act.fileNumber} of ${holdWords(act)}, from byte ${act.offset} ${act.end === undefined ? 'on' : `to ${act.end}`}${act.as === undefined ? '' : `, as ${act.as}`}`
    case 'file-searched':
      return `${act.reviewer} searched file ${act.fileNumber} of ${holdWords(act)} for words with the SHA-256 ${short(act.wordsDigest)}`
    case 'file-downloaded':
      return `${act.reviewer} downloaded file ${act.fileNumber} of ${holdWords(act)}`
    case 'approved-first':
      return `${deciderWords(act)} approved ${holdWords(act)} first, under the policy ${short(act.policyDigest)}; it waits for a second reviewer`
    case 'approval-withdrawn':
      return `${act.reviewer} withdrew the first approval of ${holdWords(act)}`
    case 'decided':
      return `${decisionWords(act.decision)} ${holdWords(act)}, under the policy ${short(act.policyDigest)}${signedWords(act.decision)}`
    case 'release-begun':
      return `the release of ${holdWords(act)} began: ${act.subjects.map(({ name }) => name).join(', ')}`
    case 'failure-begun':
      return `the platform is about to be told that ${holdWords(act)} failed. ${REASON_SENTENCES[act.reason]}`
    case 'release-stopped':
      return `ALARM: the release of ${holdWords(act)} was stopped, since ${STOP_WORDS[act.cause]}`
    case 'outcome-accepted':
      return `the platform accepted "${act.outcome}" of ${holdWords(act)}`
    case 'outcome-refused':
      return `the platform no longer wanted "${act.outcome}" of ${holdWords(act)}`
    case 'content-removed':
      return `the files of ${holdWords(act)} were given up, by retention`
    case 'signed-in':
      return `${act.reviewer} signed in by ${act.by}`
    case 'sign-in-failed':
      return `a sign-in failed${act.reviewer === undefined ? '' : ` for ${act.reviewer}`}`
    case 'institution-refused':
      return `a sign-in by the institution was refused${act.reviewer === undefined ? '' : ` for ${act.reviewer}`} (${act.code})`
    case 'identity-connected':
      return `${act.reviewer} is connected to an account of the institution (${short(act.identityDigest)}), ${act.how === 'self' ? 'by themselves' : 'as a steward had said'}`
    case 'identity-expected':
      return `${act.reviewer} said by which ${act.by === 'email' ? 'address' : 'name of the institution'} ${act.person} will sign in (${short(act.identityDigest)})`
    case 'identity-removed':
      return `${act.reviewer} parted ${act.person} from an account of the institution (${short(act.identityDigest)})`
    case 'signed-out':
      return `${act.reviewer} signed out`
    case 'passkey-added':
      return `${act.reviewer} added the passkey ${short(act.passkey)}`
    case 'passkey-removed':
      return `${act.reviewer} removed the passkey ${short(act.passkey)}`
    case 'passkey-refused':
      return `a passkey was refused${act.reviewer === undefined ? '' : ` for ${act.reviewer}`}: ${PASSKEY_REFUSALS[act.cause]}, asked ${PASSKEY_USES[act.to]}`
    case 'session-refused':
      return `a session of ${act.reviewer} came from another browser than its own, and was ended`
    case 'proved-again':
      return `${act.reviewer} proved again who they are, by ${act.by}`
    case 'password-changed':
      return `${act.reviewer} changed their password`
    case 'sessions-ended':
      return `${act.reviewer} ended ${act.sessions === 1 ? '1 session' : `${act.sessions} sessions`} of ${act.person === act.reviewer ? 'their own' : act.person}`
    case 'person-invited':
      return `${byWhom(act)} invited ${act.person} as ${act.roles.join(', ')}, until ${act.until}`
    case 'invitation-renewed':
      return `${byWhom(act)} renewed the invitation of ${act.person}, until ${act.until}`
    case 'password-link-made':
      return `${byWhom(act)} made a link by which ${act.person} chooses a new password, until ${act.until}`
    case 'invitation-revoked':
      return `${act.reviewer} took back the invitation of ${act.person}`
    case 'invitation-accepted':
      return `${act.reviewer} took the invitation, as ${act.roles.join(', ')}`
    case 'roles-changed':
      return `${act.reviewer} changed the roles of ${act.person} from ${act.from.join(', ') || 'none'} to ${act.to.join(', ') || 'none'}`
    case 'person-disabled':
      return `${act.reviewer} disabled the account of ${act.person}`
    case 'person-enabled':
      return `${act.reviewer} enabled the account of ${act.person}`
    case 'lock-lifted':
      return `${act.reviewer} lifted the lock of ${act.person}`
    case 'token-issued':
      return `${act.reviewer} got an API token${tokenWords(act)}`
    case 'token-revoked':
      return `${act.reviewer} revoked the API token ${act.token}`
    case 'delegated':
      return `${act.reviewer} named ${act.to} to decide in their place, from ${act.from} until ${act.until}`
    case 'delegation-revoked':
      return `${act.reviewer} ended that ${act.to} decides in their place`
    case 'platform-name-declared':
      return `${act.reviewer} gave a name of theirs at the platforms, ${short(act.nameDigest)}`
    case 'platform-name-withdrawn':
      return `${act.reviewer} took back the name at the platforms ${short(act.nameDigest)}`
    case 'chain-viewed':
      return `${act.reviewer} looked at the audit chain`
    case 'chain-exported':
      return `${act.reviewer} exported the audit chain as ${act.format.toUpperCase()}, ${act.filteredBy.length === 0 ? 'all of it' : `chosen by ${act.filteredBy.join(', ')}`}`
    case 'report-viewed':
      return `${act.reviewer} looked at the report of ${act.month}`
    case 'report-exported':
      return `${act.reviewer} exported the report of ${act.month}`
    case 'notices-set':
      return `${act.reviewer} set notices by ${act.way} (${act.pace}): ${act.kinds.join(', ')}, to the address ${short(act.addressDigest)}`
    case 'notices-ended':
      return `${act.reviewer} ended notices by ${act.way}`
    case 'notices-tested':
      return `${act.reviewer} sent themselves a test notice by ${act.way}`
  }
}

function tokenWords({ token, scope, expiresAt }: Extract<AuditAct, { kind: 'token-issued' }>): string {
  if (token === undefined) return ''
  const end = expiresAt === undefined ? 'without an end' : `until ${expiresAt}`
  return ` ${token}, ${scope === 'read' ? 'for reading only' : 'which may decide'}, ${end}`
}

function byWhom({ reviewer }: { reviewer?: string | undefined }): string {
  return reviewer ?? 'somebody on the machine of the desk'
}

function listWords({ holdCount, offset, holds }: Extract<AuditAct, { kind: 'list-viewed' }>): string {
  const count = holdCount === 1 ? '1 hold' : `${holdCount} holds`
  if (holds === undefined) return `${count} from ${offset ?? 0} on`
  return holds.length === 0 ? count : `${count}: ${holds.join(' ')}`
}

const STOP_WORDS = {
  altered: 'the vault no longer has what was sealed and shown',
  'not-decided': 'nobody had decided it',
} as const

const PASSKEY_USES = {
  register: 'to be added',
  'sign-in': 'to sign in',
  decide: 'to sign a decision',
} as const

const PASSKEY_REFUSALS = {
  'not-asked': 'its answer came too late, twice, or unasked',
  'unknown-passkey': 'it is nobody’s here',
  'other-person': 'it is somebody else’s',
  cloned: 'its counter went back, so it may have been copied',
  'not-an-assertion': 'its answer makes no sense',
  'other-challenge': 'it signed something else',
  'other-origin': 'it signed for another address',
  'not-verified': 'it did not verify who used it',
  'bad-key': 'its public key is of no kind that is known here',
  'bad-signature': 'its signature does not fit',
} as const satisfies Record<PasskeyRefusalCause, string>

function decisionWords(decision: AuditDecision): string {
  switch (decision.kind) {
    case 'approve':
      return `${decision.first === undefined ? '' : `${deciderWords(decision.first)} and `}${deciderWords(decision)} approved ${decision.artefacts.join(', ') || 'nothing but the reason'} of`
    case 'auto':
      return `the policy approved ${decision.artefacts.join(', ')} of`
    case 'reject':
      return `${deciderWords(decision)} rejected`
    case 'expire':
      return `nobody decided (${decision.cause})`
  }
}

function signedWords(decision: AuditDecision): string {
  const signedBy = decision.kind === 'approve' || decision.kind === 'reject' ? decision.signedBy : undefined
  return signedBy === undefined ? '' : `, signed with the passkey ${short(signedBy.passkey)}`
}

function deciderWords({ reviewer, for: absent }: { reviewer: string; for?: string | undefined }): string {
  return absent === undefined ? reviewer : `${reviewer} (for ${absent})`
}

function holdWords({ hold }: { hold: { id: string; digest: string } }): string {
  return `hold ${hold.id} (${short(hold.digest)})`
}

function short(digest: string): string {
  return digest.slice(0, 16)
}
