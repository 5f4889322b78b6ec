import { type Problem, ScoregateError } from '@scoregate/protocol/errors'

/** The error for a chain that does not tell what the records tell. */
export function auditAltered(file: string, what: string, problems: readonly Problem[] = []): ScoregateError {
  return new ScoregateError({
    kind: 'unavailable',
    code: 'audit-altered',
    message: `The audit chain in ${file} is not what this desk wrote. ${what}`,
    remedy:
      'Keep a copy of the data folder for whoever looks into it. Then restore records.db and audit.jsonl of one moment ' +
      'from a backup, and start again. If only the file is lost or damaged, move it away: the desk writes it anew from its records.',
    problems,
  })
}
