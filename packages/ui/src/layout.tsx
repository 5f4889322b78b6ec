import type { Child, FC, PropsWithChildren } from 'hono/jsx'

/** The distance between things, from the spacing scale. */
export type Gap = 'none' | 'tight' | 'normal' | 'loose'

/** Things below each other. */
export const Stack: FC<PropsWithChildren<{ gap?: Gap | undefined }>> = ({ gap = 'normal', children }) => (
  <div class={`stack gap-${gap}`}>{children}</div>
)

/** Things beside each other, on as many lines as they need. */
export const Cluster: FC<
  PropsWithChildren<{ gap?: Gap | undefined; justify?: 'start' | 'end' | 'between' | undefined }>
> = ({ gap = 'tight', justify = 'start', children }) => (
  <div class={`cluster gap-${gap} justify-${justify}`}>{children}</div>
)

/** Things of equal width, as many beside each other as fit. */
export const Grid: FC<
  PropsWithChildren<{ gap?: Gap | undefined; itemWidth?: 'narrow' | 'medium' | 'wide' | undefined }>
> = ({ gap = 'normal', itemWidth = 'medium', children }) => (
  <div class={`grid grid-${itemWidth} gap-${gap}`}>{children}</div>
)

/**
 * The page's matter, and beside it (below it on a narrow screen) what goes with it; `first` puts it above when narrow. What
 * is needed less goes into `rest`: below the matter, and on a narrow screen after what goes with it.
 */
export const Split: FC<
  PropsWithChildren<{
    aside: Child
    asideLabel: string
    narrow?: 'last' | 'first' | undefined
    rest?: Child | undefined
  }>
> = ({ aside, asideLabel, narrow = 'last', rest, children }) => (
  <div class={`split split-aside-${narrow}`}>
    <div class="split-main">{children}</div>
    <aside class="split-aside" aria-label={asideLabel}>
      {aside}
    </aside>
    {rest !== undefined && <div class="split-rest">{rest}</div>}
  </div>
)

/** A surface that is folded up, for what is needed now and then: its title and a few words say what is inside. */
export const FoldedCard: FC<
  PropsWithChildren<{
    title: string
    id?: string | undefined
    /** In sight while it is folded up. */
    summary?: Child | undefined
    isOpen?: boolean | undefined
  }>
> = ({ title, id, summary, isOpen, children }) => (
  <details class="card card-folded" id={id} open={isOpen}>
    <summary class="card-fold">
      <span class="card-fold-title">{title}</span>
      {summary !== undefined && <span class="card-fold-words">{summary}</span>}
    </summary>
    <div class="card-body">{children}</div>
  </details>
)

/** A surface with a title, for one subject. `flush` lets a table reach its edges; `decision` is the one to act in. */
export const Card: FC<
  PropsWithChildren<{
    title?: string | undefined
    /** For links to the card. */
    id?: string | undefined
    description?: Child | undefined
    actions?: Child | undefined
    footer?: Child | undefined
    variant?: 'plain' | 'flush' | 'decision' | undefined
  }>
> = ({ title, id, description, actions, footer, variant = 'plain', children }) => (
  <section class={`card card-${variant}`} id={id} aria-label={title}>
    {(title !== undefined || actions !== undefined) && (
      <header class="card-header">
        <div class="card-heading">
          {title !== undefined && <h2 class="card-title">{title}</h2>}
          {description !== undefined && <div class="card-description">{description}</div>}
        </div>
        {actions !== undefined && <div class="card-actions">{actions}</div>}
      </header>
    )}
    <div class="card-body">{children}</div>
    {footer !== undefined && <footer class="card-footer">{footer}</footer>}
  </section>
)

/** A part of a page under a heading, without a surface. */
export const Section: FC<
  PropsWithChildren<{
    title: string
    id?: string | undefined
    description?: Child | undefined
    actions?: Child | undefined
  }>
> = ({ title, id, description, actions, children }) => (
  <section class="section" id={id} aria-label={title}>
    <header class="section-header">
      <div>
        <h2 class="section-title">{title}</h2>
        {description !== undefined && <div class="section-description">{description}</div>}
      </div>
      {actions !== undefined && <div class="section-actions">{actions}</div>}
    </header>
    {children}
  </section>
)

/** The top of a page: where one is, what it is called, its state, and what can be done with it. */
export const PageHeader: FC<{
  title: string
  /** The way here, outermost first; the page itself is not in it. */
  breadcrumbs?: readonly { label: string; href: string }[] | undefined
  description?: Child | undefined
  badges?: Child | undefined
  actions?: Child | undefined
}> = ({ title, breadcrumbs = [], description, badges, actions }) => (
  <header class="page-header">
    {breadcrumbs.length > 0 && (
      <nav class="breadcrumbs" aria-label="Breadcrumbs">
        <ol>
          {breadcrumbs.map((crumb) => (
            <li>
              <a href={crumb.href}>{crumb.label}</a>
            </li>
          ))}
        </ol>
      </nav>
    )}
    <div class="page-header-line">
      <div class="page-heading">
        <h1 class="page-title">{title}</h1>
        {badges !== undefined && <div class="page-badges">{badges}</div>}
      </div>
      {actions !== undefined && <div class="page-actions">{actions}</div>}
    </div>
    {description !== undefined && <div class="page-description">{description}</div>}
  </header>
)
