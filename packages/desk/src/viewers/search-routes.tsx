import { ScoregateError } from '@scoregate/protocol/errors'
import { showInertLine } from '@scoregate/ui/inert-text'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import { auditHold, textDigest } from '../audit/record-act.ts'
import { getSealedFile, sayVaultErrors } from '../review/sealed-file.ts'
import { FilePage } from './file-page.tsx'
import { readCoverage } from './file-view.ts'
import { type RunningSearch, startSearch } from './search-file.ts'
import { searchResult } from './search-view.tsx'
import type { ViewedFile } from './viewed-file.ts'
import type { ViewerDesk } from './viewer-routes.tsx'

/** So many searches are remembered; the oldest one stops when another comes. */
const REMEMBERED = 8
/** A short search is answered at once. */
const WAIT_MILLISECONDS = 300

/** Search inside a file: it goes on behind the page, which looks again until it is done. No script is needed for it. */
export function searchRoutes(desk: ViewerDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const searches = new Map<string, RunningSearch>()

  function remembered(key: string, begin: () => RunningSearch): RunningSearch {
    const found = searches.get(key)
    if (found !== undefined && found.state().end !== 'failed') return found
    const [oldest] = searches.keys()
    if (searches.size >= REMEMBERED && oldest !== undefined) {
      searches.get(oldest)?.stop()
      searches.delete(oldest)
    }
    const search = begin()
    searches.set(key, search)
    return search
  }

  app.get('/holds/:id/files/:n/search', async (c) => {
    const found = await getSealedFile(desk.db, c.req.param('id'), c.req.param('n'))
    const file: ViewedFile = { ...found, bytes: desk.vault.bytes }
    const { hold, number, entry } = file
    const words = (c.req.query('words') ?? '').slice(0, 200)
    if (words === '') throw nothingToFind()
    const reviewer = requirePerson(c).person.username
    const wordsDigest = textDigest(words, hold.manifest.salt)
    const key = `${reviewer}/${entry.sha256}/${wordsDigest}`
    if (!searches.has(key)) {
      await desk.audit.record({
        kind: 'file-searched',
        ...{ reviewer, hold: auditHold(hold), fileNumber: number, wordsDigest },
      })
    }
    const search = remembered(key, () => startSearch(desk.vault.bytes, entry, Buffer.from(words)))
    await Promise.race([search.settled, new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS))])
    const state = search.state()
    if (state.end === 'failed') await sayVaultErrors(() => Promise.reject(state.error))
    // Without a script, a page that looks again is a header.
    if (state.end === 'none') c.header('refresh', '1')
    const coverage = (await readCoverage(desk.db, { hold: hold.id, reviewer })).get(number)
    const content = searchResult(file, words, state)
    const page = <FilePage {...{ file, coverage, content }} as="text" isChosen={true} />
    return c.html(desk.frame(c, { title: showInertLine(entry.path), place: 'inbox', content: page }))
  })

  return app
}

function nothingToFind(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'nothing-to-find',
    message: 'You did not say what to look for.',
    remedy: 'Go back and write the words to find.',
  })
}
