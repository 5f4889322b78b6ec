import type { FC } from 'hono/jsx'

/** A competition's picture, or its first letter. The title beside it says the same, so it is decoration. */
export const CompetitionLogo: FC<{ title: string; href: string | undefined }> = ({ title, href }) =>
  href === undefined ? (
    <span class="competition-logo competition-initial" aria-hidden="true">
      {[...title.trim()][0]?.toUpperCase() ?? '·'}
    </span>
  ) : (
    <img class="competition-logo" src={href} alt="" width={72} height={72} />
  )
