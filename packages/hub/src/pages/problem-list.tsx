import type { Problem } from '@scoregate/protocol/errors'
import type { FC } from 'hono/jsx'

/** All that is wrong with something, each with its place and what to do. */
export const ProblemList: FC<{ problems: readonly Problem[] }> = ({ problems }) => (
  <ul class="problem-list">
    {problems.map((problem) => (
      <li>
        <span class="problem-where">{problem.where}</span> {problem.what}
        {problem.remedy !== '' && <div class="muted">{problem.remedy}</div>}
      </li>
    ))}
  </ul>
)
