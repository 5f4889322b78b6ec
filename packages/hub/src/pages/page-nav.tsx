import type { NavLink } from '@scoregate/ui/navigation'
import type { FC } from 'hono/jsx'

/** Choices within a tab, such as the phases of a leaderboard; nothing where there is no choice. */
export const PageNav: FC<{ label: string; links: readonly NavLink[] }> = ({ label, links }) =>
  links.length < 2 ? null : (
    <nav class="page-nav" aria-label={label}>
      <ul>
        {links.map((link) => (
          <li>
            <a href={link.href} aria-current={link.current === true ? 'page' : undefined}>
              {link.label}
              {link.count !== undefined && ` (${link.count})`}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
