import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readProgramMetadata } from './program-metadata.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-metadata-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function read(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const metadata = await readProgramMetadata(folder)
  return { ...metadata, root: metadata.root.slice(folder.length) }
}

describe('the metadata of a program', () => {
  it('is metadata.yaml, of which only the command counts', async () => {
    const files = { 'metadata.yaml': 'command: python3 a.py\ndescription: [x]\n', metadata: 'command: other' }
    expect(await read(files)).toEqual({ kind: 'command', command: 'python3 a.py', root: '' })
  })

  it('is metadata without an ending, where there is no other', async () => {
    expect(await read({ metadata: 'command: run\n' })).toEqual({ kind: 'command', command: 'run', root: '' })
  })

  it('is found in the one folder that an archive was made around', async () => {
    const files = { 'my-program/metadata.yaml': 'command: run\n', 'my-program/a.py': '' }
    expect(await read(files)).toEqual({ kind: 'command', command: 'run', root: '/my-program' })
  })

  it('is not looked for in a folder beside others', async () => {
    expect(await read({ 'a/metadata.yaml': 'command: run\n', 'b.csv': '' })).toEqual({
      kind: 'no-command',
      root: '',
    })
  })

  it.each([
    ['no metadata', { 'predictions.csv': '1' }, 'no-command'],
    ['metadata that names no command', { 'metadata.yaml': 'description: mine\n' }, 'no-command'],
    ['a command that is no text', { 'metadata.yaml': 'command: [a]\n' }, 'no-command'],
    ['a file that happens to be called metadata', { metadata: '{{{\u0001' }, 'no-command'],
    ['broken YAML', { 'metadata.yaml': 'command: "open\n  - [' }, 'unreadable'],
    [
      'a tag of a language',
      { 'metadata.yaml': 'command: !!python/object/apply:os.system [id]\n' },
      'no-command',
    ],
    ['YAML of brackets without end', { 'metadata.yaml': `a: ${'['.repeat(20_000)}` }, 'unreadable'],
    ['YAML of lists in lists', { 'metadata.yaml': `a:\n  ${'- '.repeat(20_000)}x` }, 'unreadable'],
    ['YAML that laughs', { 'metadata.yaml': laughs() }, 'unreadable'],
  ] as const)('of %s', async (_what, files, kind) => {
    expect((await read(files)).kind).toBe(kind)
  })
})

function laughs(): string {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const many = Array.from({ length: 9 }, () => (level === 0 ? 'lol' : `*a${level - 1}`)).join(', ')
    return `a${level}: &a${level} [${many}]`
  })
  return `${levels.join('\n')}\ncommand: run\n`
}
