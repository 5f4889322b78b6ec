/** The name of the cookie that holds a session of the hub. */
export const SESSION_COOKIE = 'scoregate_hub'

/** The tab of a competition that only its organizer sees has parts of its own. */
export type ManagePart = 'flow' | 'submissions' | 'participants'

/** The address of every page and form of the hub; no page spells one out itself. */
export const paths = {
  home: '/',
  signIn: '/sign-in',
  signUp: '/sign-up',
  signOut: '/sign-out',
  signInThen: (next: string) => `/sign-in?next=${encodeURIComponent(next)}`,
  signUpThen: (next: string) => `/sign-up?next=${encodeURIComponent(next)}`,
  newCompetition: '/competitions/new',
  apiDocs: '/api/docs',
  queues: '/queues',
  queueAction: (id: number, action: 'rotate' | 'revoke' | 'delete') => `/queues/${id}/${action}`,
  asset: (name: string, version?: string) =>
    `/assets/${name}${version === undefined ? '' : `?v=${version.slice(0, 16)}`}`,

  competition: (id: number) => `/competitions/${id}`,
  competitionPage: (id: number, index: number) =>
    index === 0 ? `/competitions/${id}` : `/competitions/${id}/pages/${index + 1}`,
  phases: (id: number) => `/competitions/${id}/phases`,
  leaderboard: (id: number, phaseId?: number, page?: number) =>
    `/competitions/${id}/leaderboard${query({ phase: phaseId, page })}`,
  mySubmissions: (id: number, page?: number) => `/competitions/${id}/submissions${query({ page })}`,
  mySubmissionsState: (id: number, page: number) => `/competitions/${id}/submissions/state${query({ page })}`,
  manage: (id: number, part: ManagePart, page?: number) =>
    `/competitions/${id}/manage${part === 'flow' ? '' : `/${part}`}${query({ page })}`,
  manageSubmissionsState: (id: number, page: number) =>
    `/competitions/${id}/manage/submissions/state${query({ page })}`,
  join: (id: number) => `/competitions/${id}/join`,
  flow: (id: number) => `/competitions/${id}/flow`,
  publish: (id: number) => `/competitions/${id}/publish`,
  participant: (id: number, personId: number) => `/competitions/${id}/participants/${personId}`,

  startingKit: (phaseId: number) => `/phases/${phaseId}/starting-kit`,
  publicData: (phaseId: number) => `/phases/${phaseId}/public-data`,

  submission: (id: number) => `/submissions/${id}`,
  submissionState: (id: number) => `/submissions/${id}/state`,
  submissionFile: (id: number) => `/submissions/${id}/file`,
  artefact: (id: number, name: string) => `/submissions/${id}/artefacts/${name}`,
  workerLog: (id: number, name: string) => `/submissions/${id}/worker-logs/${name}`,
  receipt: (id: number) => `/api/submissions/${id}/receipt`,
  releasedScores: (id: number) => `/api/submissions/${id}/scores`,
  siteKey: (keyId: string) => `/api/site-keys/${keyId}`,
  submissionAction: (id: number, action: 'run' | 'cancel' | 'rerun' | 'leaderboard') =>
    `/submissions/${id}/${action}`,
} as const

function query(values: Readonly<Record<string, number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${given.map(([name, value]) => `${name}=${value}`).join('&')}`
}

/**
 * Where to go after signing in, or back to after a form, as the browser sent it: a path of this site, or the first page
 * if it is anything else. Another site's address in a link of ours would lend that site our good name.
 */
export function ownPath(given: string | undefined): string {
  if (given === undefined || !given.startsWith('/')) return paths.home
  const base = 'http://hub.invalid'
  const url = URL.canParse(given, base) ? new URL(given, base) : undefined
  return url === undefined || url.origin !== base ? paths.home : `${url.pathname}${url.search}${url.hash}`
}
