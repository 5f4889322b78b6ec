import { join } from 'node:path'

/** Where a desk writes its audit chain: one entry a line, beside its database. */
export function auditFileOf(dataFolder: string): string {
  return join(dataFolder, 'audit.jsonl')
}
