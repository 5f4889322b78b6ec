import type { Problem } from '@scoregate/protocol/errors'
import { parseBundleDate } from './bundle-date.ts'
import type { BundleYaml, YamlPath } from './bundle-yaml.ts'
import type { LenientBundle } from './lenient-bundle.ts'

type Add = (path: YamlPath, what: string, remedy: string) => void

/** What is wrong between the parts of a bundle: references, duplicates, the order of phases (protocol reference, 7). */
export function ruleProblems(yaml: BundleYaml, bundle: LenientBundle): Problem[] {
  const problems: Problem[] = []
  const add: Add = (path, what, remedy) => problems.push({ where: yaml.place(path), what, remedy })
  checkTasks(bundle, add)
  checkPhases(bundle, add)
  checkColumns(bundle, add)
  checkSolutions(bundle, add)
  if (typeof bundle.queue === 'string') {
    add(['queue'], '"queue" names a queue of another platform', 'Remove it: the queue of this hub is used.')
  }
  return problems
}

function checkTasks({ tasks }: LenientBundle, add: Add): void {
  duplicates(tasks.map((task) => task.index)).forEach((position) => {
    add(
      ['tasks', position, 'index'],
      `the task index ${tasks[position]?.index} is used twice`,
      'Give each task an index of its own.',
    )
  })
  tasks.forEach((task, position) => {
    if (task.key !== undefined) {
      add(
        ['tasks', position, 'key'],
        'the task refers to one of another competition',
        'Remove "key", and write its name and files here.',
      )
      return
    }
    for (const needed of ['name', 'scoring_program'] as const) {
      if (task[needed] !== undefined) continue
      add(['tasks', position, needed], `"tasks[${position}].${needed}" is missing`, 'Add it to this task.')
    }
  })
}

function checkPhases(bundle: LenientBundle, add: Add): void {
  const known = new Set(bundle.tasks.map((task) => task.index))
  const used = new Set<string>()
  bundle.phases.forEach((phase, position) => {
    duplicates(phase.tasks).forEach((at) => {
      add(['phases', position, 'tasks', at], `the task ${phase.tasks[at]} is listed twice`, 'List it once.')
    })
    phase.tasks.forEach((index, at) => {
      if (index === undefined) return
      used.add(index)
      if (known.has(index)) return
      add(
        ['phases', position, 'tasks', at],
        `there is no task with the index ${index}`,
        `Use one of: ${[...known].filter((one) => one !== undefined).join(', ')}.`,
      )
    })
  })
  checkPhaseTimes(bundle, add)
}

function checkPhaseTimes(bundle: LenientBundle, add: Add): void {
  const phases = bundle.phases
    .map((phase, position) => ({
      position,
      index: phase.index,
      start: phase.start === undefined ? undefined : parseBundleDate(phase.start),
      end: phase.end === undefined ? undefined : parseBundleDate(phase.end),
      isEndGiven: phase.end !== undefined,
      migrates: phase.auto_migrate_to_this_phase === true,
    }))
    .sort((a, b) => a.index - b.index || a.position - b.position)
  const mayOverlap = bundle.phases_may_overlap === true
  phases.forEach((phase, order) => {
    const at = (key: string): YamlPath => ['phases', phase.position, key]
    if (order === 0 && phase.migrates) {
      add(
        at('auto_migrate_to_this_phase'),
        'the first phase has no earlier one to migrate from',
        'Remove this key from the first phase.',
      )
    }
    if (phase.start && phase.end && phase.end <= phase.start) {
      add(at('end'), 'the phase ends before it starts', 'Write an end that is later than the start.')
    }
    const next = phases[order + 1]
    if (next === undefined || mayOverlap) return
    if (!phase.isEndGiven) {
      add(
        at('end'),
        `"phases[${phase.position}].end" is missing: only the last phase may have no end`,
        'Add an end, or write "phases_may_overlap: true" at the top of the file.',
      )
    }
    const limit = phase.end ?? phase.start
    if (limit && next.start && next.start <= limit) {
      add(
        ['phases', next.position, 'start'],
        'the phase starts before the one before it has ended',
        'Correct the dates or the order, or write "phases_may_overlap: true" at the top of the file.',
      )
    }
  })
}

function checkColumns({ leaderboards }: LenientBundle, add: Add): void {
  leaderboards.forEach((leaderboard, board) => {
    const { columns } = leaderboard
    const at = (column: number, key: string): YamlPath => ['leaderboards', board, 'columns', column, key]
    for (const field of ['key', 'index'] as const) {
      duplicates(columns.map((column) => column[field])).forEach((position) => {
        add(
          at(position, field),
          `the column ${field} ${JSON.stringify(columns[position]?.[field])} is used twice`,
          `Give each column ${field === 'key' ? 'a key' : 'an index'} of its own.`,
        )
      })
    }
    const byIndex = new Map(columns.map((column) => [column.index, column]))
    if (columns.length > 0 && !byIndex.has(leaderboard.primary_index)) {
      add(
        ['leaderboards', board, 'primary_index'],
        `there is no column with the index ${leaderboard.primary_index}, by which the table is ranked`,
        'Set "primary_index" to the index of a column.',
      )
    }
    columns.forEach((column, position) => {
      if ((column.computation === undefined) !== (column.computation_indexes === undefined)) {
        add(
          at(position, column.computation === undefined ? 'computation_indexes' : 'computation'),
          '"computation" and "computation_indexes" need each other',
          'Give both or neither.',
        )
      }
      for (const other of column.computation_indexes ?? []) {
        const target = byIndex.get(other)
        if (target !== undefined && target !== column && target.computation === undefined) continue
        add(
          at(position, 'computation_indexes'),
          target === undefined
            ? `there is no column with the index ${other}`
            : 'a computed column can only be computed from columns that are not',
          'Name the indexes of columns that the scoring program writes.',
        )
      }
      if (column.range && column.range[0] >= column.range[1]) {
        add(at(position, 'range'), 'the range is empty', 'Write it as [lowest, highest].')
      }
    })
  })
}

function checkSolutions({ solutions, tasks }: LenientBundle, add: Add): void {
  const known = new Set(tasks.map((task) => task.index))
  solutions.forEach((solution, position) => {
    if (solution.path === undefined && solution.key === undefined) {
      add(
        ['solutions', position, 'path'],
        `"solutions[${position}].path" is missing`,
        'Add the path of a zip or folder.',
      )
    }
    solution.tasks.forEach((index, at) => {
      if (index === undefined || known.has(index)) return
      add(
        ['solutions', position, 'tasks', at],
        `there is no task with the index ${index}`,
        'Use an index from "tasks".',
      )
    })
  })
}

/** The positions whose value came before. */
function duplicates(values: readonly (string | number | undefined)[]): number[] {
  return values.flatMap((value, position) =>
    value !== undefined && values.indexOf(value) < position ? [position] : [],
  )
}
