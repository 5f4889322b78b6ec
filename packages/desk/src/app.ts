import type { SitePublicKey } from '@scoregate/protocol/receipt'
import type { Accounts } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { handleErrors } from '@scoregate/web/error-answers'
import { identify } from '@scoregate/web/identity'
import { securityHeaders } from '@scoregate/web/security-headers'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { apiRoutes } from './api/api-routes.ts'
import { docsRoutes } from './api/docs-routes.tsx'
import { fileApiRoutes } from './api/file-api-routes.ts'
import type { Audit } from './audit/audit.ts'
import { auditRoutes } from './audit/audit-routes.tsx'
import { checkRoutes } from './checks/check-routes.tsx'
import type { CodabenchKeys } from './codabench/codabench-keys.ts'
import type { DepositSite } from './deposits/receive-deposit.ts'
import { workerRoutes } from './deposits/worker-routes.ts'
import type { HealthCheck } from './health/health-check.ts'
import { watchRoutes, workersPageRoutes } from './health/health-routes.tsx'
import type { WorkerLog } from './health/worker-records.ts'
import { bulkRoutes } from './inbox/bulk-routes.tsx'
import { inboxRoutes } from './inbox/inbox-routes.tsx'
import { expectedIdentityCard } from './institution/expected-identity-card.tsx'
import { expectedIdentityRoutes } from './institution/expected-identity-routes.ts'
import { identityCard } from './institution/identity-card.tsx'
import { institutionRoutes } from './institution/institution-routes.tsx'
import type { InstitutionProvider } from './institution/provider.ts'
import type { Mailer } from './notices/mailer.ts'
import type { NoticeSender } from './notices/notice-sender.ts'
import { noticesRoutes } from './notices/notices-routes.tsx'
import { assetRoutes } from './pages/asset-routes.ts'
import { createFrame } from './pages/desk-frame.tsx'
import { renderError } from './pages/error-page.tsx'
import { passkeyRoutes } from './passkeys/passkey-routes.tsx'
import { passkeySignInRoutes } from './passkeys/passkey-sign-in.tsx'
import { passkeyPlace } from './passkeys/passkey-site.ts'
import { passkeysCard } from './passkeys/passkeys-card.tsx'
import { accountRoutes } from './people/account-page.tsx'
import { invitationRoutes } from './people/invitation-routes.tsx'
import { waysByInstitution, waysByPasskey, waysByToken } from './people/list-people.ts'
import { ownAccountCards, ownAccountRoutes } from './people/own-account-routes.tsx'
import { peopleRoutes } from './people/people-routes.tsx'
import { proofRoutes } from './people/proof.tsx'
import { knowRoles } from './people/roles.ts'
import { isNewsPoll } from './people/session-rules.ts'
import { reportRoutes } from './report/report-routes.tsx'
import { reviewRoutes } from './review/review-routes.tsx'
import { SESSION_COOKIE } from './reviewers/session.ts'
import { signInRoutes } from './reviewers/sign-in-routes.tsx'
import { siteRoutes } from './site/site-routes.tsx'
import { standingInCards, standingInRoutes } from './standing-in/standing-in-routes.tsx'
import { tokenPageRoutes, tokensCard } from './tokens/token-page-routes.tsx'
import { tokenRoutes } from './tokens/token-routes.ts'
import { searchRoutes } from './viewers/search-routes.tsx'
import { viewerRoutes } from './viewers/viewer-routes.tsx'

/** Puts the desk's routes together. Workers come first: their token is no person's, and their bodies are not forms. */
export async function createDeskApp(
  desk: DepositSite & {
    clock: () => Date
    accounts: Accounts
    workerToken: string
    codabenchKeys: CodabenchKeys
    audit: Audit
    health: HealthCheck
    metricsToken: string | undefined
    trustedProxy: string | undefined
    workerLog: WorkerLog
    siteName: string
    sitePublicKey: SitePublicKey
    policyText: string
    policyFile: string
    /** The folder with the built browser scripts; without it no page has one. */
    islandsFolder?: string | undefined
    log: Logger
    notices: NoticeSender
    webhookHosts: readonly string[]
    hasMailServer: boolean
    /** The provider of an institution, where people may sign in by one. */
    institution: InstitutionProvider | undefined
    /** The address of the desk as people reach it, known once it listens. */
    deskUrl: () => string
    mailer: Mailer | undefined
    onDeposit: () => void
    onDecided: () => void
  },
): Promise<Hono<WebEnv>> {
  const frame = await createFrame(desk)
  const blobs = desk.vault.blobs
  const claimSeconds = desk.policy.review.claim
  const app = new Hono<WebEnv>()
  const errors = handleErrors({
    log: desk.log,
    errorPage: (c, shown) =>
      frame(c, { title: 'Error', place: 'none', width: 'narrow', content: renderError(shown) }),
  })
  app.onError(errors.onError)
  app.notFound(errors.notFound)
  app.use(securityHeaders())
  app.route('/', assetRoutes(desk))
  app.route('/', workerRoutes(desk))
  app.route('/', watchRoutes(desk))
  app.use(identify(desk.accounts, { cookieName: SESSION_COOKIE, isBackground: isNewsPoll }))
  app.use(knowRoles(desk.db))
  const passkeys = () => passkeyPlace(desk.deskUrl())
  app.route('/', signInRoutes({ ...desk, frame, passkeys }))
  const { institution } = desk
  if (institution !== undefined) app.route('/', institutionRoutes({ ...desk, institution, frame }))
  app.route('/', passkeySignInRoutes({ ...desk, passkeys }))
  app.route('/', inboxRoutes({ ...desk, claimSeconds, frame }))
  app.route('/', bulkRoutes({ ...desk, blobs, frame, passkeys }))
  app.route('/', reviewRoutes({ ...desk, blobs, frame, passkeys }))
  app.route('/', workersPageRoutes({ ...desk, frame }))
  app.route('/', reportRoutes({ ...desk, frame }))
  app.route('/', auditRoutes({ ...desk, frame }))
  app.route('/', viewerRoutes({ ...desk, frame }))
  app.route('/', searchRoutes({ ...desk, frame }))
  app.route('/', checkRoutes({ frame }))
  app.route('/', siteRoutes({ ...desk, frame }))
  app.route('/', noticesRoutes({ ...desk, frame }))
  app.route('/', passkeyRoutes({ ...desk, frame, passkeys }))
  app.route('/', tokenRoutes(desk))
  app.route('/', tokenPageRoutes({ ...desk, frame }))
  app.route('/', proofRoutes({ ...desk, frame }))
  if (institution !== undefined) app.route('/', expectedIdentityRoutes({ ...desk, institution }))
  app.route(
    '/',
    peopleRoutes({
      ...{ ...desk, frame },
      ways: [waysByPasskey, waysByInstitution, waysByToken],
      personCards: institution === undefined ? [] : [expectedIdentityCard({ ...desk, institution })],
    }),
  )
  app.route('/', invitationRoutes({ ...desk, frame }))
  app.route('/', ownAccountRoutes({ ...desk, frame }))
  const institutionCards = institution === undefined ? [] : [identityCard({ ...desk, institution })]
  const cards = [
    ...standingInCards(desk),
    ...ownAccountCards(desk),
    passkeysCard({ ...desk, passkeys }),
    ...institutionCards,
    tokensCard(desk),
  ]
  app.route('/', accountRoutes({ ...desk, frame, cards }))
  app.route('/', standingInRoutes({ ...desk, frame }))
  app.route('/', fileApiRoutes(desk))
  app.route('/', apiRoutes({ ...desk, claimSeconds, blobs, passkeys }))
  app.route('/', docsRoutes({ frame }))
  return app
}
