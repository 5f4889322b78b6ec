import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const PACKAGES = fileURLToPath(new URL('../packages', import.meta.url))

/** The source files of a package, without tests and what only tests use, by their path in it. */
async function sourcesOf(name: string): Promise<Map<string, string>> {
  const folder = join(PACKAGES, name, 'src')
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.tsx?$/.test(file))
  const own = files.filter((file) => !/\.test\.tsx?$|-rig(?:\.d)?\.tsx?$/.test(file))
  return new Map(
    await Promise.all(own.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const)),
  )
}

async function matching(name: string, pattern: RegExp): Promise<string[]> {
  return [...(await sourcesOf(name))]
    .filter(([, text]) => pattern.test(text))
    .map(([file]) => file)
    .sort()
}

/** Whatever opens a connection of its own accord. */
const CONNECTS =
  /from 'node:(?:http|https|http2|net|tls|dgram|dns)'|from 'nodemailer'|from 'amqplib'|'openid-client'|(?<![\w.])fetch\(|WebSocket|EventSource/

describe('the ways out of a site', () => {
  it('are these few files; another one must be looked at by whoever adds it here', async () => {
    expect(await matching('worker', CONNECTS)).toEqual([
      'codabench/broker.ts', // takes tasks from a Codabench queue, publishes nothing
      'codabench/platform-voice.ts', // status words for a Codabench platform, and what only the site can open
      'fetch-inputs.ts', // reads by the links of a job, sends nothing
      'http-call.ts', // questions to hub and desk
      'send-file.ts', // sealed files, to the desk
    ])
    expect(await matching('desk', CONNECTS)).toEqual([
      'institution/provider.ts', // sign-in: to the one provider of the settings, codes and nothing of a hold
      'islands/inbox-news.ts', // in the reviewer's browser: a number, from the desk itself
      'islands/passkey.ts', // in the reviewer's browser: what is to be signed, from the desk itself
      // Notices, which have nothing of a hold: by the site's mail server, and to hosts that the policy lists.
      'notices/mailer.ts',
      'notices/webhook.ts',
      'release/send-request.ts', // for the clients of the platforms, see below
    ])
    expect(await matching('gate', CONNECTS)).toEqual([])
  })

  it('towards the platform are one file in worker and desk each, and before a release one function', async () => {
    expect(await matching('worker', /queueToken/)).toEqual(['config.ts', 'hub-queue.ts'])
    expect(await matching('desk', /from '.*\/send-request\.ts'/)).toEqual([
      'codabench/codabench-client.ts',
      'release/platform-client.ts',
    ])
    for (const [name, file] of [
      ['desk', 'codabench/codabench-client.ts'],
      ['worker', 'hub-queue.ts'],
      ['worker', 'codabench/platform-voice.ts'],
      ['desk', 'release/platform-client.ts'],
    ] as const) {
      const text = (await sourcesOf(name)).get(file) ?? ''
      expect(text).toContain('upwardMessage(')
    }
    const queue = (await sourcesOf('worker')).get('hub-queue.ts') ?? ''
    expect(queue.match(/(?<![\w.])call\(/g)).toHaveLength(1)
  })
})
