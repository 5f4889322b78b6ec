import type { AuditActKind } from '@scoregate/protocol/audit'

/** What an auditor looks for at one time, with the words of the page. */
export const ACT_GROUPS = {
  decisions: 'Decisions',
  releases: 'What was told to the platform',
  alarms: 'Alarms',
  views: 'Looking and downloading',
  deposits: 'Deposits and retention',
  checks: 'Checks',
  people: 'People and signing in',
  rules: 'Policy and key',
  exports: 'Reports and exports',
} as const

/** A group of acts, by which the chain can be searched. */
export type ActGroup = keyof typeof ACT_GROUPS

/** Where each act belongs. */
const GROUP_OF = {
  decided: 'decisions',
  'approved-first': 'decisions',
  'approval-withdrawn': 'decisions',
  'release-begun': 'releases',
  'failure-begun': 'releases',
  'outcome-accepted': 'releases',
  'outcome-refused': 'releases',
  'release-stopped': 'alarms',
  'file-completed': 'alarms',
  'sign-in-failed': 'people',
  'list-viewed': 'views',
  'hold-claimed': 'views',
  'claim-ended': 'views',
  'hold-viewed': 'views',
  'file-viewed': 'views',
  'file-searched': 'views',
  'file-downloaded': 'views',
  deposited: 'deposits',
  'checks-ended': 'checks',
  'content-removed': 'deposits',
  'signed-in': 'people',
  'signed-out': 'people',
  'session-refused': 'alarms',
  'proved-again': 'people',
  'password-changed': 'people',
  'sessions-ended': 'people',
  'person-invited': 'people',
  'invitation-renewed': 'people',
  'password-link-made': 'people',
  'invitation-revoked': 'people',
  'invitation-accepted': 'people',
  'roles-changed': 'people',
  'person-disabled': 'people',
  'person-enabled': 'people',
  'lock-lifted': 'people',
  'institution-refused': 'people',
  'identity-connected': 'people',
  'identity-expected': 'people',
  'identity-removed': 'people',
  delegated: 'people',
  'delegation-revoked': 'people',
  'platform-name-declared': 'people',
  'platform-name-withdrawn': 'people',
  'token-issued': 'people',
  'token-revoked': 'people',
  'passkey-added': 'people',
  'passkey-removed': 'people',
  'passkey-refused': 'people',
  'notices-set': 'people',
  'notices-ended': 'people',
  'notices-tested': 'people',
  'chain-started': 'rules',
  'site-key-changed': 'rules',
  'policy-in-force': 'rules',
  'policy-changed': 'rules',
  'chain-viewed': 'exports',
  'chain-exported': 'exports',
  'report-viewed': 'exports',
  'report-exported': 'exports',
} as const satisfies Record<AuditActKind, ActGroup>

/** Whether a text names a group. */
export function isActGroup(text: string): text is ActGroup {
  return Object.hasOwn(ACT_GROUPS, text)
}

/** The kinds of act in a group. */
export function kindsOf(group: ActGroup): string[] {
  return Object.entries(GROUP_OF).flatMap(([kind, of]) => (of === group ? [kind] : []))
}
