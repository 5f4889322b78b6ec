import { Alias, isMap, isScalar, type Node, parseDocument, Scalar } from 'yaml'
import { shownText } from './shown-text.ts'

/** A value of `scores.txt`: the text of a plain number as it was written, or something that is no number. */
export type WrittenYamlValue = { readonly kind: 'number'; readonly text: string } | { readonly kind: 'other' }

/** The text is no flat mapping; `message` says why, in a sentence without an end. */
export class ScoresYamlError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ScoresYamlError'
  }
}

/** A line for each leaderboard column fits into this many times over. */
export const MAX_SCORES_TXT_CHARACTERS = 65_536

/** What Python writes for a number, and nothing that two readers of YAML would read differently (`0x1f`, `007`, `1_0`). */
const PLAIN_NUMBER =
  /^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$|^[-+]?\.[0-9]+(?:[eE][-+]?[0-9]+)?$/

/** One key on one line: quoted without escapes, or plain. */
const KEY = /^(?:"[^"\\]*"|'[^']*'|[^\s\-?:,[\]{}#&*!|>'"%@`][^:#]*):(?=\s|$)/
/** What may stand behind it: nothing, a quoted text, or a plain value, and a comment. */
const VALUE = /^(?:"[^"\\]*"|'[^']*'|(?:-(?=\S)|[^\s\-?:,[\]{}#&*!|>'"%@`])(?:[^:]|:(?=\S))*)?\s*(?:#.*)?$/
const BLANK = /^\s*(?:#.*)?$/

/**
 * Reads `scores.txt`, which Codabench takes for YAML: one flat mapping of keys to plain values, in the core schema, with
 * no tag, anchor, alias, second document or duplicate key (attacks.md, family 9). Throws `ScoresYamlError`.
 *
 * The YAML parser gets only text that is seen to be flat: it recurses with the nesting of its text, and a stack that
 * overflows while a regular expression is compiled ends the whole process, which no `catch` prevents.
 */
export function readScoresYaml(text: string): Map<string, WrittenYamlValue> {
  if (text.length > MAX_SCORES_TXT_CHARACTERS) {
    throw new ScoresYamlError(`it is longer than ${MAX_SCORES_TXT_CHARACTERS} characters`)
  }
  requireFlatLines(text)
  // The library's own search for duplicate keys takes quadratic time; the map below needs none of it.
  const document = parseDocument(text, {
    schema: 'core',
    version: '1.2',
    uniqueKeys: false,
    prettyErrors: false,
  })
  const [trouble] = [...document.errors, ...document.warnings]
  if (trouble !== undefined) throw new ScoresYamlError(`it is no YAML (${trouble.code})`)
  if (!isMap(document.contents)) throw new ScoresYamlError('it is no list of lines "key: value"')
  requirePlain(document.contents)
  const values = new Map<string, WrittenYamlValue>()
  for (const { key, value } of document.contents.items) {
    const name = keyText(key)
    if (values.has(name)) throw new ScoresYamlError(`the key "${shownText(name, 40)}" is there twice`)
    values.set(name, writtenValue(name, value))
  }
  return values
}

function requireFlatLines(text: string): void {
  let isFirst = true
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (BLANK.test(line)) continue
    const isStart = isFirst && /^---\s*$/.test(line)
    isFirst = false
    if (isStart) continue
    const key = KEY.exec(line)?.[0]
    const isFlat = key !== undefined && VALUE.test(line.slice(key.length).trimStart())
    if (!isFlat) throw new ScoresYamlError(`line ${index + 1} is not a plain "key: value"`)
  }
}

function keyText(key: unknown): string {
  if (!isScalar(key)) throw new ScoresYamlError('a key is no plain text')
  requirePlain(key)
  return typeof key.value === 'string' ? key.value : (key.source ?? '')
}

function writtenValue(name: string, value: unknown): WrittenYamlValue {
  if (value === null) return { kind: 'other' }
  if (value instanceof Alias) throw new ScoresYamlError('it uses an alias')
  if (!isScalar(value)) throw new ScoresYamlError(`the value of "${shownText(name, 40)}" is nested`)
  requirePlain(value)
  const isNumber = value.type === Scalar.PLAIN && PLAIN_NUMBER.test(value.source ?? '')
  return isNumber ? { kind: 'number', text: value.source ?? '' } : { kind: 'other' }
}

function requirePlain(node: Node & { anchor?: string }): void {
  if (node.anchor !== undefined) throw new ScoresYamlError('it uses an anchor')
  if (node.tag !== undefined) throw new ScoresYamlError('it uses a tag')
}
