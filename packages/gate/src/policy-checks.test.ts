import { describe, expect, it } from 'vitest'
import { parsePolicy, rulesFor } from './policy.ts'

const HEAD = 'version: 1\nsite: Test\n'

function rules(text: string, title = 'Other') {
  const reading = parsePolicy(HEAD + text, 'policy.yaml')
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.problems))
  return rulesFor(reading.policy, { id: 1, title }).checks
}

function problems(text: string): string[] {
  const reading = parsePolicy(HEAD + text, 'policy.yaml')
  if (reading.kind === 'valid') throw new Error('the policy was accepted')
  return reading.problems.map(({ where, what, remedy }) => `${where}: ${what}. ${remedy}`)
}

describe('the checks of a policy', () => {
  it('are set key by key: by the competition, else by the site, else as they are without a word', () => {
    const text = `checks:
  time_limit: 5m
  run: { personal-data: required, run-time: off }
  small_counts_below: 5
competitions:
  "Sepsis*": { checks: { approval: any-time, run: { run-time: required }, file_kinds: [text] } }
`
    expect(rules(text)).toMatchObject({
      approval: 'after-checks',
      timeLimitSeconds: 300,
      run: { 'personal-data': 'required', 'run-time': 'off' },
      smallCountsBelow: 5,
      textVolumeOverBytes: 65_536,
    })
    expect(rules(text, 'Sepsis 2')).toMatchObject({
      approval: 'any-time',
      timeLimitSeconds: 300,
      run: { 'personal-data': 'required', 'run-time': 'required' },
      smallCountsBelow: 5,
      fileKinds: ['text'],
    })
  })

  it('name file, line, key and what is allowed where they are wrong', () => {
    expect(problems('checks:\n  run:\n    personal-dat: on\n    run-time: perhaps\n').sort()).toEqual([
      expect.stringMatching(
        /^policy\.yaml:5:5: checks\.run\.personal-dat: no such key\. Did you mean "personal-data"\? Allowed: undeclared-keys, /,
      ),
      'policy.yaml:6:5: checks.run.run-time: "perhaps" is not accepted. Allowed: on, off, required.',
    ])
    expect(problems('checks: { file_kinds: [txt] }')[0]).toContain('Did you mean "text"?')
    expect(problems('checks: { approval: never }')[0]).toContain('Allowed: after-checks, any-time.')
    expect(problems('checks: { small_counts_below: 0 }')[0]).toContain('a whole number from 1 to 1000000')
  })

  it('that the site requires cannot be loosened by a competition', () => {
    const own = (mode: string) =>
      `checks: { run: { personal-data: required } }\ncompetitions:\n  A:\n    checks:\n      run: { personal-data: ${mode} }\n`
    for (const mode of ['off', 'on']) {
      expect(problems(own(mode))).toEqual([
        'policy.yaml:7:14: competitions.A.checks.run.personal-data: the site requires this check everywhere. Leave the line out, or set the check to "on" for the site.',
      ])
    }
    expect(rules(own('required'), 'A').run).toEqual({ 'personal-data': 'required' })
  })
})
