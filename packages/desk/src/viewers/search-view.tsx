import { Button } from '@scoregate/ui/button'
import { Callout, Progress } from '@scoregate/ui/feedback'
import { SearchForm } from '@scoregate/ui/form'
import { Stack } from '@scoregate/ui/layout'
import { visibleParts } from '@scoregate/ui/visible-bytes'
import { VisibleText } from '@scoregate/ui/visible-text'
import type { Child, FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import type { SearchState } from './search-file.ts'
import type { ViewedFile } from './viewed-file.ts'

/** Where to say what to look for. */
export const SearchBox: FC<{ file: Pick<ViewedFile, 'hold' | 'number'>; words?: string | undefined }> = ({
  file: { hold, number },
  words,
}) => (
  <SearchForm action={paths.fileSearch(hold.id, number)} label="Search in this file">
    <label>
      Find <input class="input" name="words" value={words} maxlength={200} size={24} required />
    </label>
    <Button size="small">Search</Button>
  </SearchForm>
)

/** What a search has found until now; each place leads to its line. */
export function searchResult(file: ViewedFile, words: string, state: SearchState): Child {
  const { hold, number, entry } = file
  const { hits, searchedBytes, end } = state
  const found = hits.length === 1 ? '1 place' : `${hits.length} places`
  return (
    <Stack>
      <SearchBox file={file} words={words} />
      {end === 'none' && (
        <Progress
          label={`Searching, ${found} until now. This page looks again by itself.`}
          value={searchedBytes}
          max={Math.max(1, entry.sizeBytes)}
        />
      )}
      {end === 'done' && (
        <p role="status">{hits.length === 0 ? 'Not found in this file.' : `Found in ${found}.`}</p>
      )}
      {end === 'full' && (
        <Callout tone="info" title={`Stopped after ${found}`}>
          There are more. Look for something longer.
        </Callout>
      )}
      {hits.length > 0 && (
        <ol class="found" aria-label="Places">
          {hits.map(({ offset, line, around }) => (
            <li>
              <a href={paths.fileFound(hold.id, number, offset, line)}>Line {line}</a>{' '}
              <code class="line-text">
                <VisibleText parts={visibleParts(around)} />
              </code>
            </li>
          ))}
        </ol>
      )}
    </Stack>
  )
}
