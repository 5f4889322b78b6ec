import type { Child, FC, PropsWithChildren } from 'hono/jsx'
import type { HtmlEscapedString } from 'hono/utils/html'
import { CSRF_FIELD } from './form.tsx'
import { Icon, type IconName, Mark } from './icon.tsx'
import type { NavLink } from './navigation.tsx'

/** What a page says once about what was just done. */
export interface Flash {
  readonly tone: 'info' | 'good' | 'warn' | 'bad'
  readonly text: string
}

/** See `Page`. */
export interface PageProps {
  readonly title: string
  readonly site: 'hub' | 'desk'
  /** At the desk the name of the site whose data it guards; at the hub the platform's own name, if it has one. */
  readonly siteName?: string | undefined
  readonly homeHref?: string | undefined
  readonly nav: readonly NavLink[]
  /** Who is signed in. */
  readonly person?:
    | {
        readonly name: string
        readonly signOutAction: string
        readonly csrf: string
        readonly href?: string | undefined
      }
    | undefined
  /** Shown at the right of the header while nobody is signed in: sign in, sign up. */
  readonly entrances?: readonly { readonly href: string; readonly label: string }[] | undefined
  readonly flash?: Flash | undefined
  readonly stylesheetHref: string
  readonly faviconHref?: string | undefined
  /** Module scripts of the site's own origin; no page needs one to work. */
  readonly scripts?: readonly string[] | undefined
  /** Overrides what the reader's system prefers. */
  readonly theme?: 'light' | 'dark' | undefined
  /** `narrow` for a form or text to read, `full` for large tables. */
  readonly width?: 'narrow' | 'normal' | 'full' | undefined
  /** Extra words or links at the end of the page. */
  readonly footer?: Child | undefined
}

const SITES = {
  hub: { name: 'Scoregate', words: 'Benchmarks on data that stays with its owner' },
  desk: { name: 'Scoregate Desk', words: 'Nothing leaves this site unless a reviewer releases it' },
} as const satisfies Record<PageProps['site'], { name: string; words: string }>

const FLASH_ICON = {
  info: 'info',
  good: 'check-circle',
  warn: 'alert',
  bad: 'cross-circle',
} as const satisfies Record<Flash['tone'], IconName>

/** The whole document of a page, but for its doctype: see `renderPage`. It needs no script and no inline style. */
export const Page: FC<PropsWithChildren<PageProps>> = (props) => {
  const { site, theme, width = 'normal' } = props
  return (
    <html lang="en" data-site={site} data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme ?? 'light dark'} />
        <title>{`${props.title} · ${props.siteName ?? SITES[site].name}`}</title>
        <link rel="icon" type="image/svg+xml" href={props.faviconHref ?? '/assets/favicon.svg'} />
        <link rel="stylesheet" href={props.stylesheetHref} />
        {props.scripts?.map((script) => (
          <script type="module" src={script} />
        ))}
      </head>
      <body>
        <a class="skip-link" href="#main">
          Skip to the content
        </a>
        <SiteHeader {...props} />
        <main class={`main main-${width}`} id="main" tabindex={-1}>
          {props.flash !== undefined && (
            <div
              class={`flash callout callout-${props.flash.tone}`}
              role={props.flash.tone === 'bad' ? 'alert' : 'status'}
            >
              <Icon name={FLASH_ICON[props.flash.tone]} />
              <div class="callout-words">{props.flash.text}</div>
            </div>
          )}
          {props.children}
        </main>
        <footer class="site-footer">
          <div class="site-footer-inner">
            <p class="site-footer-words">
              <Mark />
              {SITES[site].words}
            </p>
            {props.footer !== undefined && <div class="site-footer-extra">{props.footer}</div>}
          </div>
        </footer>
      </body>
    </html>
  )
}

const SiteHeader: FC<PageProps> = ({ site, siteName, homeHref = '/', nav, person, entrances = [] }) => (
  <header class="site-header">
    <div class="site-header-inner">
      <a class="brand" href={homeHref}>
        <Mark />
        <span class="brand-name">{SITES[site].name}</span>
        {siteName !== undefined && <span class="brand-site">{siteName}</span>}
      </a>
      {site === 'desk' && (
        <p class="site-marker">
          <Icon name="lock" />
          Inside the data owner’s site
        </p>
      )}
      {nav.length > 0 && (
        <nav class="site-nav" aria-label="Main">
          <ul>
            {nav.map((link) => (
              <li>
                <a
                  class="site-nav-link"
                  href={link.href}
                  aria-current={link.current === true ? 'page' : undefined}
                >
                  {link.label}
                  {link.count !== undefined && <span class="count">{link.count}</span>}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <div class="site-person">
        {person === undefined ? (
          entrances.map((entrance) => (
            <a class="site-person-link" href={entrance.href}>
              {entrance.label}
            </a>
          ))
        ) : (
          <>
            {person.href === undefined ? (
              <span class="site-person-name">{person.name}</span>
            ) : (
              <a class="site-person-name" href={person.href}>
                {person.name}
              </a>
            )}
            <form method="post" action={person.signOutAction}>
              <input type="hidden" name={CSRF_FIELD} value={person.csrf} />
              <button type="submit" class="site-person-link">
                Sign out
              </button>
            </form>
          </>
        )}
      </div>
    </div>
  </header>
)

/** The text of a page, ready to send: `c.html(renderPage(<Page …>…</Page>))`. Waits for components that wait. */
export async function renderPage(page: HtmlEscapedString | Promise<HtmlEscapedString>): Promise<string> {
  const node = await page
  return `<!doctype html>${await node.toString()}`
}
