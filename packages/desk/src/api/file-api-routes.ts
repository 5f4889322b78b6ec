import { setTimeout as pause } from 'node:timers/promises'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { Audit } from '../audit/audit.ts'
import { auditHold, textDigest } from '../audit/record-act.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { parseOffset } from '../paths.ts'
import { HOLD_READERS, requireRole } from '../people/roles.ts'
import { getSealedFile, sayVaultErrors } from '../review/sealed-file.ts'
import { streamLines } from '../stream-lines.ts'
import type { Vault } from '../vault/vault.ts'
import { recordViews } from '../viewers/record-view.ts'
import { type Hit, type RunningSearch, startSearch } from '../viewers/search-file.ts'
import { MAX_PART_BYTES, type SearchProgress, SearchQuery } from './file-api.ts'
import { HOLDS_PATH } from './hold-api.ts'

/** How often a search says how far it is. */
const PROGRESS_MILLISECONDS = 200

/** The API that `file-api.ts` describes. */
export function fileApiRoutes(desk: {
  readonly db: DeskDb
  readonly vault: Vault
  readonly audit: Audit
  readonly clock: () => Date
  readonly log: Logger
}): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const { bytes } = desk.vault

  app.get(`${HOLDS_PATH}/:id/files/:n`, requireRole(...HOLD_READERS), async (c, next) => {
    // Without a length the file is a download.
    if (c.req.query('length') === undefined) return next()
    const file = await getSealedFile(desk.db, c.req.param('id'), c.req.param('n'))
    const { sizeBytes } = file.entry
    const offset = Math.min(parseOffset(c.req.query('offset')), sizeBytes)
    const length = Math.min(parseOffset(c.req.query('length')), MAX_PART_BYTES)
    const part = await sayVaultErrors(() => bytes.read(file.entry, { offset, length }))
    await recordViews(desk, [
      {
        ...{ file, reviewer: requirePerson(c).person.username },
        as: 'text',
        shown: [{ from: offset, to: offset + part.length }],
      },
    ])
    c.header('content-type', 'application/octet-stream')
    c.header('content-disposition', 'attachment; filename="part"')
    return c.body(new Uint8Array(part))
  })

  app.get(`${HOLDS_PATH}/:id/files/:n/search`, requireRole(...HOLD_READERS), async (c) => {
    const { hold, number, entry } = await getSealedFile(desk.db, c.req.param('id'), c.req.param('n'))
    const query = SearchQuery.safeParse(c.req.query())
    if (!query.success) throw nothingToFind()
    const { words } = query.data
    await desk.audit.record({
      kind: 'file-searched',
      ...{ reviewer: requirePerson(c).person.username, hold: auditHold(hold), fileNumber: number },
      wordsDigest: textDigest(words, hold.manifest.salt),
    })
    const search = startSearch(bytes, entry, Buffer.from(words))
    c.header('content-type', 'application/jsonl')
    return c.body(streamLines(progressLines(search, entry.sizeBytes), desk.log, { isLive: true }))
  })

  return app
}

/** A line each time that there is something to tell; whoever stops listening stops the search. */
async function* progressLines(search: RunningSearch, totalBytes: number): AsyncGenerator<string> {
  let told = 0
  try {
    for (;;) {
      await Promise.race([search.settled, pause(PROGRESS_MILLISECONDS)])
      const { hits, searchedBytes, end, error } = search.state()
      if (end === 'failed') throw error
      const line: SearchProgress = {
        ...{ searchedBytes, totalBytes, hits: hits.slice(told).map(toHit) },
        ...(end === 'none' ? {} : { end }),
      }
      told = hits.length
      yield `${JSON.stringify(line)}\n`
      if (end !== 'none') return
    }
  } finally {
    search.stop()
  }
}

function toHit({ offset, line, around }: Hit): SearchProgress['hits'][number] {
  return { offset, line, around: around.toString('utf8') }
}

function nothingToFind(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'nothing-to-find',
    message: 'It was not said what to look for.',
    remedy: 'Give the words to find, at most 200 characters, as "words".',
  })
}
