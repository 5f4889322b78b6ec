import type { ArtefactName } from '@scoregate/protocol/artefact'
import {
  DECISION_LIST_TYPE,
  DECISION_STATEMENT_TYPE,
  DecisionListStatement,
  DecisionStatement,
} from '@scoregate/protocol/decision-statement'
import type { Digest } from '@scoregate/protocol/digest'
import { digestOfJson } from './manifest.ts'

/** A decision as its reviewer signs it, in the one form in which it can be said: artefacts sorted, each once. */
export function decisionStatement(given: {
  hold: Digest
  kind: DecisionStatement['kind']
  artefacts: readonly ArtefactName[]
  reviewer: string
  policyDigest: Digest
  nonce: string
}): DecisionStatement {
  const artefacts = [...new Set(given.artefacts)].sort()
  return DecisionStatement.parse({ ...given, artefacts, type: DECISION_STATEMENT_TYPE })
}

/** SHA-256 of the canonical JSON of a statement: the challenge of the assertion that signs it. */
export function decisionDigest(statement: DecisionStatement): Digest {
  return digestOfJson(statement)
}

/** The challenge of the assertion that signs several decisions at once, given the digests of their statements. */
export function decisionListDigest(decisions: readonly Digest[]): Digest {
  const sorted = [...new Set(decisions)].sort()
  return digestOfJson(DecisionListStatement.parse({ type: DECISION_LIST_TYPE, decisions: sorted }))
}
