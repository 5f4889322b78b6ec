import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitCommand } from './split-command.ts'

describe('splitting a command into words', () => {
  it.each([
    [
      'python3 /app/program/score.py /app/input /app/output',
      ['python3', '/app/program/score.py', '/app/input', '/app/output'],
    ],
    ['  a\t b\n', ['a', 'b']],
    [`a "b c" 'd e' f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`"a\\"b" "a\\nb" 'a\\b'`, ['a"b', 'a\\nb', 'a\\b']],
    [`'' a""b`, ['', 'ab']],
    ['a && b | c > $d # e', ['a', '&&', 'b', '|', 'c', '>', '$d', '#', 'e']],
    ['', []],
  ])('reads %j', (command, words) => {
    expect(splitCommand(command)).toEqual(words)
  })

  it.each(['a "b', "a 'b", 'a \\'])('has no reading of %j', (command) => {
    expect(splitCommand(command)).toBeUndefined()
  })

  it("agrees with Python's shlex, which Codabench's worker uses", () => {
    const command = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', '\t', '"', "'", '\\', '$', '#', ';', '\n'),
      maxLength: 12,
    })
    const commands = fc.sample(command, { numRuns: 3000, seed: 1 })
    const script = `import json, shlex, sys
def split(text):
    try: return shlex.split(text)
    except ValueError: return None
print(json.dumps([split(text) for text in json.load(sys.stdin)]))`
    const answers: unknown = JSON.parse(
      execFileSync('python3', ['-c', script], { input: JSON.stringify(commands), encoding: 'utf8' }),
    )
    expect(commands.map((text) => splitCommand(text) ?? null)).toEqual(answers)
  })
})
