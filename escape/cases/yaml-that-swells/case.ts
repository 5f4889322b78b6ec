import type { EscapeCase } from '../../case.ts'

/** Each line doubles ninefold what the line before stands for. */
const LAUGHS = Array.from({ length: 12 }, (_, at) =>
  at === 0
    ? 'a0: &a0 [1,1,1,1,1,1,1,1,1]'
    : `a${at}: &a${at} [${Array(9)
        .fill(`*a${at - 1}`)
        .join(',')}]`,
)
const TEXTS = [
  [...LAUGHS, 'accuracy: 0.5', ''].join('\n'),
  `accuracy: ${'['.repeat(20_000)}0.5${']'.repeat(20_000)}\n`,
  `${'{a: '.repeat(20_000)}\n`,
  'accuracy: &x 0.5\nother: *x\n',
  '? accuracy\n: 0.5\n<<: {accuracy: 1}\n',
]

export const attack: EscapeCase = {
  id: 'yaml-that-swells',
  family: 9,
  tries: 'The scores are YAML whose aliases stand for a thousand million values, or nest without an end.',
  plants: 'Nothing: the damage would be a worker without memory.',
  defence: 'Aliases, anchors and nesting have no place in scores and make them unreadable.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'its loader swells: the re-creation would take the memory of this machine' },
  jobs: () => TEXTS.map((text) => ({ beside: { 'asked.txt': text } })),
}
