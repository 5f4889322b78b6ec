import type { FileViewKind } from '@scoregate/protocol/audit'
import type { HoldList } from './inbox/inbox-query.ts'

/** What a steward does with a person. */
export type PersonChange = 'roles' | 'disable' | 'enable' | 'end-sessions' | 'unlock' | 'new-password'

/** Every address of the desk's pages, in one place. */
export const paths = {
  /** `search` is a query string from `?` on, of `inboxSearch`. */
  inbox: (list: HoldList = 'waiting', search = ''): string =>
    `${list === 'waiting' ? '/' : `/${list}`}${search}`,
  bulk: '/bulk',
  askBulkSignature: '/bulk/question',
  /** How many holds are new since a moment, which `search` names beside the filters. */
  news: (list: HoldList, search: string): string => `/news/${list}${search}`,
  claim: (id: string): string => `/holds/${id}/claim`,
  endClaim: (id: string): string => `/holds/${id}/claim/end`,
  signIn: '/sign-in',
  signInLink: '/sign-in/link',
  institutionSignIn: (next?: string): string =>
    next === undefined ? '/sign-in/institution' : `/sign-in/institution?next=${encodeURIComponent(next)}`,
  institutionReturn: '/sign-in/institution/return',
  institutionConnect: '/account/institution/connect',
  expectIdentity: (username: string): string => `/people/of/${encodeURIComponent(username)}/institution`,
  removeIdentity: (username: string): string =>
    `/people/of/${encodeURIComponent(username)}/institution/remove`,
  institutionRemove: '/account/institution/remove',
  signInByPasskey: '/sign-in/passkey',
  askSignIn: '/sign-in/passkey/question',
  signOut: '/sign-out',
  site: '/site',
  account: (): string => '/account',
  /** Where the password is asked for once more; from there on to `next`. */
  prove: (next?: string): string =>
    next === undefined ? '/account/prove' : `/account/prove?next=${encodeURIComponent(next)}`,
  changePassword: '/account/password',
  endSession: (ref: string): string => `/account/sessions/${ref}/end`,
  endOtherSessions: '/account/other-sessions/end',
  delegate: '/account/delegations',
  endDelegation: (id: number): string => `/account/delegations/${id}/end`,
  declareName: '/account/platform-names',
  withdrawName: (id: number): string => `/account/platform-names/${id}/end`,
  tokens: '/account/tokens',
  tokenEnd: (token: string): string => `/account/tokens/${token}/end`,
  passkeys: '/account/passkeys',
  newPasskey: '/account/passkeys/question',
  removePasskey: '/account/passkeys/remove',
  people: '/people',
  invite: '/people/invite',
  renewInvitation: (id: number): string => `/people/invitations/${id}/renew`,
  revokeInvitation: (id: number): string => `/people/invitations/${id}/revoke`,
  personOfDesk: (username: string): string => `/people/of/${encodeURIComponent(username)}`,
  changePerson: (username: string, what: PersonChange): string =>
    `/people/of/${encodeURIComponent(username)}/${what}`,
  /** Where whoever was invited chooses a password. */
  invitation: (secret?: string): string =>
    secret === undefined ? '/invitation' : `/invitation?link=${encodeURIComponent(secret)}`,
  workers: '/workers',
  report: (month?: string): string => (month === undefined ? '/report' : `/report/${month}`),
  reportCsv: (month: string): string => `/report/${month}.csv`,
  audit: '/audit',
  auditExport: (format: 'jsonl' | 'csv'): string => `/audit/export.${format}`,
  notices: '/notices',
  noticesSet: (way: string): string => `/notices/${way}`,
  noticesEnd: (way: string): string => `/notices/${way}/end`,
  noticesTest: (way: string): string => `/notices/${way}/test`,
  asset: (name: string): string => `/assets/${name}`,
  hold: (id: string): string => `/holds/${id}`,
  holdDiff: (id: string): string => `/holds/${id}/diff`,
  holdFiles: (id: string, offset: number): string => `/holds/${id}?files=${offset}#files`,
  approve: (id: string): string => `/holds/${id}/approve`,
  /** Takes the first of two approvals back. */
  withdraw: (id: string): string => `/holds/${id}/withdraw`,
  reject: (id: string): string => `/holds/${id}/reject`,
  /** What a passkey is asked before the form is sent. */
  askSignature: (id: string, kind: 'approve' | 'reject'): string => `/holds/${id}/${kind}/question`,
  /** `n` is the file's place in the manifest, counted from 0. */
  file: (id: string, n: number): string => `/holds/${id}/files/${n}`,
  fileView: (id: string, n: number, view: { as: FileViewKind } & Record<string, string | number>): string =>
    `/holds/${id}/files/${n}?${Object.entries(view)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')}`,
  filePicture: (id: string, n: number): string => `/holds/${id}/files/${n}/picture.png`,
  fileRendered: (id: string, n: number): string => `/holds/${id}/files/${n}/rendered`,
  fileSearch: (id: string, n: number): string => `/holds/${id}/files/${n}/search`,
  /** A line that a search found; the page begins before it, so that it is not the first thing to be seen. */
  fileFound: (id: string, n: number, offset: number, line: number): string =>
    `/holds/${id}/files/${n}?as=text&offset=${Math.max(0, offset - 500)}#L${line}`,
  fileLine: (id: string, n: number): string => `/holds/${id}/files/${n}/line`,
  download: (id: string, n: number): string => `/holds/${id}/files/${n}/download`,
  receipt: (id: string, outcome: string): string => `/holds/${id}/receipts/${outcome}`,
  checks: '/checks',
  check: (name: string): string => `/checks/${name}`,
  apiDocs: '/api/docs',
  openApi: '/api/openapi.json',
} as const

/** A path of this desk; anything else (`//elsewhere`, `/\elsewhere`, a whole address) leads to the inbox. */
export function localPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next) ? next : paths.inbox()
}

/** The offset in a query string, or 0 when it is missing or nonsense. */
export function parseOffset(text: string | undefined): number {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : 0
}
