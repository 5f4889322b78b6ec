import { createHash } from 'node:crypto'
import { readStylesheet } from '@scoregate/ui/stylesheet'

/** The few rules that only pages of the hub need; everything else is the design system's. */
const HUB_RULES = `
.upload [hidden], .competition-head [hidden] { display: none; }

.command-option { white-space: nowrap; }

.competition-logo {
  flex: none;
  width: 3.5rem;
  height: 3.5rem;
  object-fit: contain;
  border: 1px solid var(--line);
  border-radius: var(--radius-lg);
  background: var(--surface);
}
.competition-initial {
  display: grid;
  place-items: center;
  color: var(--accent);
  background: var(--accent-ground);
  border-color: transparent;
  font-size: var(--text-xl);
  font-weight: 620;
}
.competition-head { display: flex; align-items: start; gap: var(--space-5); }
.competition-head > .page-header { flex: 1 1 auto; min-width: 0; }
.competition-head > .competition-logo { width: 4.5rem; height: 4.5rem; }
@media (max-width: 40rem) {
  .competition-head { flex-direction: column; gap: var(--space-3); }
  .competition-head > .competition-logo { width: 3.5rem; height: 3.5rem; }
  .competition-head > .page-header { width: 100%; }
}

.competition-card {
  position: relative;
  display: flex;
  flex-direction: column;
  gap: var(--space-4);
  height: 100%;
  padding: var(--space-5);
  border: 1px solid var(--line);
  border-radius: var(--radius-lg);
  background: var(--surface);
  box-shadow: var(--shadow);
}
.competition-card:hover { border-color: var(--line-strong); }
.competition-card-top { display: flex; gap: var(--space-4); align-items: start; min-width: 0; }
.competition-card-title { font-size: var(--text-lg); }
.competition-card-title a { color: inherit; text-decoration: none; }
.competition-card-title a::after { content: ""; position: absolute; inset: 0; border-radius: var(--radius-lg); }
.competition-card-title a:focus-visible { outline: none; }
.competition-card-title a:focus-visible::after { outline: 2px solid var(--focus); outline-offset: 2px; }
.competition-card-by { color: var(--ink-soft); font-size: var(--text-sm); }
.competition-card-text {
  display: -webkit-box;
  overflow: hidden;
  color: var(--ink-soft);
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 3;
}
.competition-card > .cluster:empty { display: none; }
.competition-card-facts {
  display: flex;
  flex-wrap: wrap;
  gap: var(--space-1) var(--space-4);
  margin-top: auto;
  padding: var(--space-3) 0 0;
  border-top: 1px solid var(--line);
  color: var(--ink-soft);
  font-size: var(--text-sm);
}

.welcome { display: grid; gap: var(--space-6); padding: var(--space-4) 0 var(--space-6); }
.welcome-title { max-width: 24ch; font-size: clamp(1.75rem, 1.2rem + 2.4vw, 2.5rem); letter-spacing: -0.025em; }
.welcome-text { max-width: 40rem; color: var(--ink-soft); font-size: var(--text-lg); }
.welcome-way { display: grid; gap: var(--space-4); padding: 0; list-style: none; counter-reset: way; }
@media (min-width: 48rem) { .welcome-way { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: var(--space-6); } }
.welcome-way li { padding-top: var(--space-3); border-top: 2px solid var(--accent); }
.welcome-way strong { display: block; font-weight: 600; }
.welcome-way span { color: var(--ink-soft); }

.page-nav ul { display: flex; flex-wrap: wrap; gap: var(--space-2); padding: 0; list-style: none; }
.page-nav a {
  display: inline-block;
  padding: var(--space-1) var(--space-3);
  border: 1px solid var(--line);
  border-radius: var(--radius-full);
  background: var(--surface);
  color: var(--ink-soft);
  font-size: 0.875rem;
  text-decoration: none;
}
.page-nav a:hover { border-color: var(--line-strong); color: var(--ink); }
.page-nav a[aria-current] {
  border-color: var(--accent);
  background: var(--accent-ground);
  color: var(--accent);
  font-weight: 550;
}

.terms {
  max-height: 12rem;
  overflow: auto;
  padding: var(--space-3) var(--space-4);
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--surface-sunken);
  font-size: var(--text-sm);
}

.timeline { display: grid; gap: 0; padding: 0; list-style: none; }
.timeline > li { position: relative; padding: 0 0 var(--space-6) var(--space-8); }
.timeline > li:last-child { padding-bottom: 0; }
.timeline > li::before {
  content: "";
  position: absolute;
  left: 0.375rem;
  top: 1.375rem;
  width: 0.75rem;
  height: 0.75rem;
  border: 2px solid var(--line-strong);
  border-radius: var(--radius-full);
  background: var(--ground);
}
.timeline > li::after {
  content: "";
  position: absolute;
  left: 0.71rem;
  top: 2.5rem;
  bottom: -1rem;
  width: 2px;
  background: var(--line);
}
.timeline > li:last-child::after { display: none; }
.timeline > .timeline-running::before { border-color: var(--accent); background: var(--accent); }
.timeline > .timeline-over::before { background: var(--line-strong); }

.score-list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 10rem), 1fr)); gap: var(--space-4); }

.upload > form ~ :not(:empty) { margin-top: var(--space-4); }
.reason-note { width: min-content; min-width: 10rem; margin-top: var(--space-1); color: var(--ink-soft); font-size: var(--text-sm); white-space: normal; }
.submitted-when { color: var(--ink-soft); font-size: var(--text-sm); font-weight: 400; white-space: nowrap; }
.split-main .table .column-wide { min-width: 10rem; }
.page-header-line:has(.confirm[open]) { align-items: start; }
.table-scroll { position: relative; }
.table .align-end > .cell { margin-left: auto; }
@media (max-width: 40rem) { .table-stack .table .align-end > .cell { margin-left: 0; } }
.prose :is(th, td) { overflow-wrap: break-word; }
.upload-dragging .input-file { border-color: var(--accent); border-style: solid; background: var(--accent-ground); }
.problem-where { font-family: var(--font-mono); font-size: 0.92em; }
.problem-list { display: grid; gap: var(--space-3); margin-top: var(--space-2); padding-left: 1.25rem; }

.endpoint { border-top: 1px solid var(--line); }
.endpoint:last-child { border-bottom: 1px solid var(--line); }
.endpoint > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: var(--space-1) var(--space-3); padding: var(--space-3) var(--space-1); cursor: pointer; }
.endpoint > summary:hover { background: var(--hover); }
.endpoint-verb { min-width: 4.5ch; font-family: var(--font-mono); font-size: var(--text-sm); font-weight: 650; color: var(--accent); }
.endpoint-path { font-family: var(--font-mono); font-size: 0.875rem; font-weight: 550; }
.endpoint-body { display: grid; gap: var(--space-4); padding: var(--space-2) var(--space-1) var(--space-5); }
`

let read: Promise<{ css: string; digest: string }> | undefined

/** The style sheet that every page of the hub links, and its SHA-256; read once, since it changes only with the program. */
export function hubStylesheet(): Promise<{ css: string; digest: string }> {
  read ??= readStylesheet().then(({ css }) => {
    const whole = `${css}\n${HUB_RULES}`
    return { css: whole, digest: createHash('sha256').update(whole).digest('hex') }
  })
  return read
}
