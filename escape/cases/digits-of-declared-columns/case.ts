import type { ScoreColumn } from '@scoregate/protocol/columns'
import type { EscapeCase } from '../../case.ts'

const COLUMNS: ScoreColumn[] = [0, 1, 2, 3].map((at) => ({
  key: `column-${at}`,
  title: `Column ${at}`,
  decimals: 10,
  sorting: 'desc',
  range: [0, 1],
  computed: false,
}))

export const attack: EscapeCase = {
  id: 'digits-of-declared-columns',
  family: 11,
  tries: 'The organizer declares four columns of ten decimals each, which together carry the whole secret.',
  plants: 'The secret, cut into four numbers between 0 and 1.',
  defence: 'The policy of the site has the last word on decimals, and counts what they carry.',
  expect: 'contained',
  quick: true,
  control: 'escapes',
  decimals: 2,
  jobs: () => [{ job: { columns: COLUMNS } }],
}
