import type { EscapeCase } from '../../case.ts'

const METADATA = [
  'command: !!python/object/apply:os.system ["id"]\n',
  `command: ${'['.repeat(30_000)}\n`,
  `${Array.from(
    { length: 12 },
    (_, at) =>
      `a${at}: &a${at} [${Array(9)
        .fill(at === 0 ? '1' : `*a${at - 1}`)
        .join(',')}]`,
  ).join('\n')}\ncommand: *a11\n`,
  'command: [python3, main.py]\n: : :\n\t- x\n',
]

export const attack: EscapeCase = {
  id: 'yaml-in-metadata',
  family: 9,
  tries: 'The metadata of a submission is YAML with tags, aliases and nesting without an end.',
  plants: 'Nothing: the damage would be a worker that runs what it reads, or stops.',
  defence: 'Metadata is read by a core schema with limits; what it cannot read names no command.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'its loader of metadata is a safe one' },
  jobs: () =>
    METADATA.map((text) => ({ inputs: { scoringProgram: { 'metadata.yaml': text, 'main.py': '' } } })),
}
