import type { ZipContent } from './zip-rig.ts'

/** A small whole bundle; `yaml` replaces its competition.yaml, `more` adds files. */
export function bundle(yaml: string = BUNDLE_YAML, more: Readonly<Record<string, ZipContent>> = {}) {
  return {
    'competition.yaml': yaml,
    'logo.png': 'a picture',
    'terms.md': 'Be fair.',
    'overview.md': '# Tiny',
    'scoring/metadata.yaml': 'command: python3 score.py',
    'scoring/score.py': 'print(1)',
    'truth/truth.csv': 'id,label',
    ...more,
  }
}

export const BUNDLE_YAML = `version: 2
title: Tiny
image: logo.png
terms: terms.md
registration_auto_approve: true
human_in_the_loop: true
pages:
  - {title: Overview, file: overview.md}
tasks:
  - {index: 0, name: T, scoring_program: scoring/, reference_data: truth}
phases:
  - {name: Main, start: "2026-01-01 00:00:00", tasks: [0]}
leaderboards:
  - title: Results
    key: main
    submission_rule: Force_Best
    columns:
      - {title: Accuracy, key: acc, index: 0, precision: 3}
      - {title: Loss, key: loss, index: 1, sorting: asc, precision: 3}
      - {title: Mean, key: mean, index: 2, computation: avg, computation_indexes: [0, 1], precision: 2}
`
