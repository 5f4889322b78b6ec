import { closestWord } from '@scoregate/protocol/closest-word'
import type { Problem } from '@scoregate/protocol/errors'
import type { z } from 'zod'
import { DATE_PROBLEM, knownKeys } from './bundle-schema.ts'
import type { BundleYaml } from './bundle-yaml.ts'

/** What the schema found, in the words of whoever wrote the file: line, key, value seen, what is allowed. */
export function schemaProblems(yaml: BundleYaml, issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(yaml, issue.path, key))
    return [fieldProblem(yaml, issue)]
  })
}

function unknownKey(yaml: BundleYaml, path: readonly PropertyKey[], key: string): Problem {
  const known = knownKeys(path) ?? []
  const closest = closestWord(key, known)
  return {
    where: yaml.place([...path, key]),
    what: `unknown key "${short(key)}"${inPath(path)}`,
    remedy:
      closest === undefined
        ? `Remove it. Known keys here: ${known.join(', ')}.`
        : `Did you mean "${closest}"? Otherwise remove it.`,
  }
}

function fieldProblem(yaml: BundleYaml, issue: z.core.$ZodIssue): Problem {
  const seen = valueAt(yaml.value, issue.path)
  const label = issue.path.length === 0 ? 'the file' : `"${pathText(issue.path)}"`
  const where = yaml.place(issue.path)
  if (seen === undefined || (seen === null && issue.code !== 'custom')) {
    return { where, what: `${label} is missing`, remedy: `Add it${kindOf(issue)}.` }
  }
  const shown = short(JSON.stringify(seen) ?? String(seen))
  if (issue.code === 'custom' && issue.message === DATE_PROBLEM) {
    return {
      where,
      what: `${label} is ${shown}, which is not a date`,
      remedy: 'Write it as "2026-01-31 08:00:00"; without a zone it is UTC.',
    }
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String)
    const closest = closestWord(String(seen), values)
    return {
      where,
      what: `${label} is ${shown}, which is not one of: ${values.join(', ')}`,
      remedy: closest === undefined ? 'Use one of these.' : `Did you mean "${closest}"?`,
    }
  }
  return { where, what: `${label} is ${shown}: ${limitText(issue)}`, remedy: `Correct it${kindOf(issue)}.` }
}

function limitText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big') return `at most ${issue.maximum} ${unitOf(issue.origin)}`
  if (issue.code === 'too_small') return `at least ${issue.minimum} ${unitOf(issue.origin)}`
  if (issue.code === 'invalid_type') return `must be ${KINDS[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_format') return `must be a valid ${issue.format}`
  return 'cannot be used here'
}

function unitOf(origin: string): string {
  if (origin === 'string') return 'characters are allowed'
  if (origin === 'array') return 'entries are needed'
  return 'is allowed'
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
  tuple: 'a list of two numbers',
}

function kindOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_type' ? ` as ${KINDS[issue.expected] ?? issue.expected}` : ''
}

function inPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : ` in ${pathText(path)}`
}

/** `phases[0].start` */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const part of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Reflect.get(found, part)
  }
  return found
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
