import type { Child, FC, PropsWithChildren } from 'hono/jsx'
import { Icon, type IconName, Mark } from './icon.tsx'

/** Nothing is here yet: what would be, and what to do next. */
export const EmptyState: FC<{
  title: string
  text?: Child | undefined
  action?: Child | undefined
  icon?: IconName | undefined
}> = ({ title, text, action, icon }) => (
  <div class="empty">
    <div class="empty-picture">{icon === undefined ? <Mark /> : <Icon name={icon} />}</div>
    <p class="empty-title">{title}</p>
    {text !== undefined && <div class="empty-text">{text}</div>}
    {action !== undefined && <div class="empty-action">{action}</div>}
  </div>
)

/** How a message is meant. */
export type CalloutTone = 'info' | 'good' | 'warn' | 'bad'

const CALLOUT_ICON = {
  info: 'info',
  good: 'check-circle',
  warn: 'alert',
  bad: 'cross-circle',
} as const satisfies Record<CalloutTone, IconName>

/** A message in the page. What went wrong is announced at once (`alert`); a result just now politely; the rest is read in its place. */
export const Callout: FC<
  PropsWithChildren<{
    tone?: CalloutTone | undefined
    title?: string | undefined
    role?: 'status' | 'alert' | undefined
  }>
> = ({ tone = 'info', title, role, children }) => (
  <div class={`callout callout-${tone}`} role={role ?? (tone === 'bad' ? 'alert' : undefined)}>
    <Icon name={CALLOUT_ICON[tone]} />
    <div class="callout-words">
      {title !== undefined && <p class="callout-title">{title}</p>}
      <div class="callout-text">{children}</div>
    </div>
  </div>
)

/** How far something has come, as a native progress bar with words. Without `value` it only says that it goes on. */
export const Progress: FC<{
  label: string
  value?: number | undefined
  max?: number | undefined
  note?: Child | undefined
}> = ({ label, value, max = 1, note }) => (
  <div class="progress">
    <div class="progress-words">
      <span class="progress-label">{label}</span>
      {note !== undefined && <span class="progress-note">{note}</span>}
    </div>
    <progress class="progress-bar" value={value} max={max} aria-label={label} />
  </div>
)

/** A measured amount within its limit, such as a quota: turns to a warning above `high`. */
export const Meter: FC<{
  label: string
  value: number
  max: number
  high?: number | undefined
  note?: Child | undefined
}> = ({ label, value, max, high, note }) => (
  <div class="progress">
    <div class="progress-words">
      <span class="progress-label">{label}</span>
      {note !== undefined && <span class="progress-note">{note}</span>}
    </div>
    <meter class="meter-bar" value={value} min={0} max={max} high={high} optimum={0} aria-label={label} />
  </div>
)
