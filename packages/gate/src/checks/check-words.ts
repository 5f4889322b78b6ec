import type { FindingRank, FindingSource } from './finding.ts'

/** What a check is, in the words of its page in the docs and at the desk. */
export type CheckWords = {
  readonly title: string
  /** What it looks for. */
  readonly looksFor: string
  /** Why a finding matters: one sentence, shown beside it. */
  readonly why: string
  /** What it does not see. */
  readonly misses: string
  /** How a policy sets it, beside switching it on or off. */
  readonly settings?: string
}

/** The ranks in the words of a reviewer. */
export const RANK_WORDS = {
  critical: 'Critical',
  serious: 'Serious',
  notice: 'Notice',
} as const satisfies Record<FindingRank, string>

/** Every check, in words. The pages in `docs/checks/` are made of these, and a test compares them. */
export const CHECK_WORDS = {
  inspection: {
    title: 'Checks that did not get through',
    looksFor:
      'A file that cannot be read as it was sealed, a look that ran out of time, and a look that crashed. Always of the highest rank.',
    why: 'Nobody has looked at what was left out, so no findings there means nothing.',
    misses:
      'Nothing: it cannot be switched off. Where the policy requires any check, a hold with such a finding cannot be approved.',
    settings:
      '`checks.time_limit` is how long the checks of one hold may take, 10m unless set. Give more where holds are very large.',
  },
  'undeclared-keys': {
    title: 'Undeclared keys in the scores',
    looksFor: 'Keys of `scores.json` that no column of the leaderboard declares.',
    why: 'They never leave, but a program that writes more than it was asked for is one to look at twice.',
    misses: 'A scores file in another form than JSON; meaning hidden in a declared column.',
  },
  'out-of-range': {
    title: 'Score out of range',
    looksFor: 'A score outside the range that its column declares.',
    why: 'A score that cannot be one may carry something else, or the scoring program is wrong.',
    misses: 'A column that declares no range. The site can declare it: `release.range`, `release.columns`.',
  },
  'extra-digits': {
    title: 'More digits than a number has',
    looksFor:
      'A score that is written with more than 17 digits, which is all that a double holds. Fewer are honest: programs write all that they have, and the desk rounds.',
    why: 'Digits that a computed number does not have were put there; they are rounded away, but say what the program does.',
    misses: 'Data in the digits that every computed score has. Rounding removes those.',
  },
  'not-a-number': {
    title: 'Score that is not a number',
    looksFor: 'Texts, truth values and nulls as scores, and a scores file that is not strict JSON.',
    why: 'Text in place of a score can say anything, and what cannot be read cannot be checked.',
    misses: 'A number that is no score.',
  },
  'nested-values': {
    title: 'Nested values in the scores',
    looksFor: 'Lists and objects in the scores file in place of numbers.',
    why: 'A list of values for each case is the data itself, one step removed.',
    misses: 'Values for each case under keys of their own: see undeclared keys.',
  },
  'unseen-files': {
    title: 'Files of a new name',
    looksFor:
      'Files whose name no approved hold of this competition had. Predictions are left out, and so is the first hold.',
    why: 'A scoring program writes the same files each time; a new one was made by something else.',
    misses: 'New content under a known name.',
  },
  'file-types': {
    title: 'File of another kind',
    looksFor:
      'Files whose first bytes say that they are of a kind that the policy does not allow, and files that are not what their name says.',
    why: 'Nobody can look at a file of such a kind here, so nobody knows what is in it.',
    misses: 'A file that begins as one thing and goes on as another; see image metadata and archives.',
    settings: '`checks.file_kinds` lists what is allowed: text, png, jpeg, gif and webp unless set.',
  },
  'text-volume': {
    title: 'More text than people read',
    looksFor: 'Text files that are larger than a person reads, 64KiB unless set. Predictions are left out.',
    why: 'What is not read is not reviewed.',
    misses: 'Many small files; each is a page, and together they are a book.',
    settings: '`checks.text_volume_over` is a size: 64KiB unless set.',
  },
  'encoded-data': {
    title: 'Encoded data',
    looksFor:
      'Long runs of hexadecimal digits, of digits and of base64, many short ones, invisible characters, and blanks at line ends. A few runs of the length of a digest are a notice.',
    why: 'A log has no need of them, and a row of a table fits into one line.',
    misses:
      'Data in words, in the order of lines, in the last digits of numbers, in other alphabets than base64, or in UTF-16.',
    settings:
      '`checks.hex_run_from` and `checks.base64_run_from` are the shortest runs that are told: 40 and 60 characters unless set.',
  },
  'personal-data': {
    title: 'Data of persons',
    looksFor:
      'What has the form of an e-mail address, a telephone number, a social security number (USA, France), an NHS number, a bank account, a payment card, a date of birth beside a word for it, or coordinates; and tables with a column about single persons. The finding does not repeat what it found.',
    why: 'Data of persons may not leave unless somebody decided that it may.',
    misses:
      'Names and addresses in running text, numbers of other countries, numbers written in words, text in pictures, text in UTF-16.',
  },
  'small-counts': {
    title: 'Small counts',
    looksFor:
      'Counts from 1 to 9 in columns of CSV and TSV that count, in the support of a classification report, in JSON keys that count, and beside words for people and cases in logs.',
    why: 'A group of three patients is three patients, and whoever knows one learns of the others.',
    misses:
      'Small counts that follow from the difference of two large ones; columns under other headings; other languages than English.',
    settings: '`checks.small_counts_below` is the threshold, 10 unless set.',
  },
  'active-html': {
    title: 'Active content in a page',
    looksFor: 'Scripts, forms, frames, links and loads from elsewhere in HTML, SVG and XML files.',
    why: 'A page that loads something tells another place that, and when, it is read; a script can do more.',
    misses:
      'Script that is written in character references or in pieces. The desk shows every page without any of it, whether it was found or not.',
  },
  'image-metadata': {
    title: 'Image metadata',
    looksFor:
      'Parts of PNG, JPEG, GIF and WebP files that are no picture (text, dates, EXIF), and bytes after the picture.',
    why: 'Nobody sees them when they look at the picture.',
    misses:
      'Data in the colours of the picture, in colours that no point has, and between the codes of its points.',
  },
  'nested-archive': {
    title: 'Archive',
    looksFor: 'Archives among the files, and a zip that begins in the middle of another file.',
    why: 'What is in an archive cannot be seen here, so releasing it is releasing the unknown.',
    misses: 'Other archives than zip behind something else; compressed data without a mark of its own.',
  },
  'near-duplicate': {
    title: 'The same as somebody else’s, or nearly',
    looksFor:
      'Files of 256 bytes or more, scores and logs left out, that one or two other participants of the competition had in a hold whose files are still kept; and predictions of fifty lines or more of which about 97 in 100 stand in those of one or two others.',
    why: 'Two participants with the same predictions are perhaps one, who learns twice as much.',
    misses:
      'Predictions of which more than a few lines in a hundred were changed, or that are written with other digits; what is no text; what three others or more have, which is of the scoring program. Models that are right nearly always agree in nearly every line, too.',
  },
  'run-time': {
    title: 'Unusual run time',
    looksFor:
      'A run three times longer or shorter than this participant’s others of the competition, once there are three.',
    why: 'A run of another length did something else, and its length itself can say something.',
    misses: 'The first runs of everybody, and whoever is slow from the start.',
  },
} as const satisfies Record<FindingSource, CheckWords>

/** The page of a check in the docs, in Markdown. */
export function checkPage(source: FindingSource): string {
  const words: CheckWords = CHECK_WORDS[source]
  const mode =
    source === 'inspection'
      ? []
      : [
          `\`checks.run\` has it \`on\` (unless set), \`off\`, or \`required\`: then a hold over which it did not get through cannot be approved.`,
          '',
          '```yaml',
          'checks:',
          '  run:',
          `    ${source}: required`,
          '```',
        ]
  return [
    `# ${words.title}`,
    '',
    `Its name in findings and in the policy: \`${source}\`. [All checks](README.md)`,
    '',
    '## What it looks for',
    '',
    words.looksFor,
    '',
    '## Why it matters',
    '',
    words.why,
    '',
    '## What it misses',
    '',
    words.misses,
    '',
    '## How to set it',
    '',
    ...(words.settings === undefined ? [] : [words.settings, '']),
    ...mode,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')
}

/** The index of the pages, in Markdown. */
export function checkIndex(sources: readonly FindingSource[]): string {
  return [
    '# Checks',
    '',
    'When a worker has deposited a hold, the desk looks at all of it by itself, in a thread that is given the sealed files and',
    'nothing else (a thread is no sandbox: it runs as the desk does). What it finds is shown to the reviewer, the worst first, and never leaves the site. A check that finds',
    'nothing proves nothing: each page says what it misses.',
    '',
    '- **Critical**: this looks like data of persons, or a check did not get through. Do not release without knowing why.',
    '- **Serious**: look at the place before you release.',
    '- **Notice**: unusual, and often harmless.',
    '',
    'Nothing can be approved before the checks have ended, unless the policy says `checks.approval: any-time`. What no person',
    'needs to review is approved by the policy itself only when the checks have ended with notices at most. How to set all of',
    'this: [policy.md](../policy.md#checks).',
    '',
    '| check | looks for |',
    '| --- | --- |',
    ...sources.map(
      (source) => `| [${CHECK_WORDS[source].title}](${source}.md) | ${CHECK_WORDS[source].looksFor} |`,
    ),
    '',
  ].join('\n')
}
