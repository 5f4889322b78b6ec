import { Callout } from '@scoregate/ui/feedback'
import { Page, type PageProps, renderPage } from '@scoregate/ui/page'
import { readStylesheet } from '@scoregate/ui/stylesheet'
import type { WebEnv } from '@scoregate/web/environment'
import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { CLOCK_TROUBLE_WORDS, type SiteClock } from '../clock/site-clock.ts'
import { paths } from '../paths.ts'
import { hasRole, PEOPLE_READERS } from '../people/roles.ts'
import { findScripts, type Island } from './islands.ts'

/** Which entry of the main navigation a page belongs to. */
export type Place =
  | 'inbox'
  | 'workers'
  | 'audit'
  | 'report'
  | 'notices'
  | 'site'
  | 'people'
  | 'account'
  | 'none'

/** What a page says in the desk's frame. */
export type FramedPage = {
  readonly title: string
  readonly place: Place
  readonly width?: PageProps['width']
  readonly flash?: PageProps['flash']
  /** Browser scripts that make the page more convenient; it is complete without. */
  readonly islands?: readonly Island[]
  readonly content: Child
}

/** Renders a page in the frame that all pages of this desk share. */
export type Frame = (c: Context<WebEnv>, page: FramedPage) => Promise<string>

/** The frame of one desk: its name, its style sheet (under an address that changes with it), who is signed in. */
export async function createFrame(given: {
  siteName: string
  siteClock: Pick<SiteClock, 'trouble'>
  islandsFolder?: string | undefined
}): Promise<Frame> {
  const scriptHrefs = await findScripts(given.islandsFolder)
  const { digest } = await readStylesheet()
  const stylesheetHref = `${paths.asset('scoregate.css')}?v=${digest.slice(0, 16)}`
  return (c, page) => {
    const signedIn = c.get('person')
    const by = signedIn?.by
    const trouble = signedIn === undefined ? undefined : given.siteClock.trouble()
    return renderPage(
      <Page
        title={page.title}
        site="desk"
        siteName={given.siteName}
        nav={signedIn === undefined ? [] : navigation(page.place, hasRole(c, ...PEOPLE_READERS))}
        person={
          signedIn !== undefined && by?.kind === 'session'
            ? {
                name: signedIn.person.username,
                href: paths.account(),
                signOutAction: paths.signOut,
                csrf: by.csrf,
              }
            : undefined
        }
        entrances={[{ href: paths.signIn, label: 'Sign in' }]}
        flash={page.flash}
        stylesheetHref={stylesheetHref}
        faviconHref={paths.asset('favicon.svg')}
        width={page.width}
        scripts={page.islands?.flatMap((island) => scriptHrefs.get(island) ?? [])}
      >
        {trouble !== undefined && (
          <Callout tone="bad" title={CLOCK_TROUBLE_WORDS[trouble].title}>
            {CLOCK_TROUBLE_WORDS[trouble].text}
          </Callout>
        )}
        {page.content}
      </Page>,
    )
  }
}

function navigation(place: Place, seesPeople: boolean): PageProps['nav'] {
  return [
    { href: paths.inbox(), label: 'Inbox', current: place === 'inbox' },
    { href: paths.workers, label: 'Workers', current: place === 'workers' },
    { href: paths.audit, label: 'Audit', current: place === 'audit' },
    { href: paths.report(), label: 'Report', current: place === 'report' },
    { href: paths.notices, label: 'Notices', current: place === 'notices' },
    ...(seesPeople ? [{ href: paths.people, label: 'People', current: place === 'people' }] : []),
    { href: paths.site, label: 'Site', current: place === 'site' },
  ]
}
