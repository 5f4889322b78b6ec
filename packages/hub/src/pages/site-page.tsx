import { Page, renderPage } from '@scoregate/ui/page'
import type { WebEnv } from '@scoregate/web/environment'
import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { takeFlash } from './flash.ts'
import { hubStylesheet } from './hub-stylesheet.ts'
import { ownPath, paths } from './paths.ts'

/** The browser scripts of the hub; each is one file of `src/islands`. */
export type Island = 'live-page' | 'upload-submission' | 'upload-bundle'

/** The text of a page of the hub: who is signed in, where one can go, what was just done, and the page's own matter. */
export async function sitePage(
  c: Context<WebEnv>,
  page: {
    title: string
    content: Child
    current?: 'competitions' | 'new-competition' | 'queues' | undefined
    width?: 'narrow' | 'normal' | 'full' | undefined
    islands?: readonly Island[] | undefined
  },
): Promise<string> {
  const signedIn = c.get('person')
  const { digest } = await hubStylesheet()
  const here = ownPath(`${c.req.path}${new URL(c.req.url).search}`)
  const next = c.req.method === 'GET' && !isEntrance(c.req.path) ? here : paths.home
  return renderPage(
    <Page
      title={page.title}
      site="hub"
      nav={[
        { href: paths.home, label: 'Competitions', current: page.current === 'competitions' },
        ...(signedIn === undefined
          ? []
          : [
              {
                href: paths.newCompetition,
                label: 'New competition',
                current: page.current === 'new-competition',
              },
              { href: paths.queues, label: 'Queues', current: page.current === 'queues' },
            ]),
      ]}
      person={
        signedIn && {
          name: signedIn.person.username,
          signOutAction: paths.signOut,
          csrf: csrfOf(c),
        }
      }
      entrances={[
        { href: next === paths.home ? paths.signIn : paths.signInThen(next), label: 'Sign in' },
        { href: next === paths.home ? paths.signUp : paths.signUpThen(next), label: 'Sign up' },
      ]}
      flash={takeFlash(c)}
      stylesheetHref={paths.asset('hub.css', digest)}
      scripts={page.islands?.map((island) => paths.asset(`${island}.js`))}
      width={page.width}
      footer={<a href={paths.apiDocs}>API</a>}
    >
      {page.content}
    </Page>,
  )
}

/** The value that forms of this session carry; empty while nobody is signed in, and then none is asked for. */
export function csrfOf(c: Context<WebEnv>): string {
  const by = c.get('person')?.by
  return by?.kind === 'session' ? by.csrf : ''
}

function isEntrance(path: string): boolean {
  return path.startsWith(paths.signIn) || path.startsWith(paths.signUp)
}
