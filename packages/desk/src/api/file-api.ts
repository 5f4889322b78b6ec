import { z } from 'zod'

/**
 * Parts of a sealed file, for programs that show it to a person. Every byte is compared with what was sealed before it is
 * answered, and noted as seen by whoever asked:
 *
 *     GET /api/holds/:id/files/:n?offset=BYTES&length=BYTES   -> 200 the bytes, at most `MAX_PART_BYTES` of them
 *     GET /api/holds/:id/files/:n/search?words=TEXT           -> 200 a line of JSON (`SearchProgress`) for every stretch
 *                                                                that was searched, the last of them with an `end`
 */
export const MAX_PART_BYTES = 1_048_576

/** One place where the words stand. */
export const SearchHit = z.object({
  /** In bytes, of the first of the words. */
  offset: z.int(),
  /** Counts from 1. */
  line: z.int(),
  /** A little of what is around, from the run: show it inert. */
  around: z.string(),
})
export type SearchHit = z.infer<typeof SearchHit>

/** How far a search is, and what it found since the line before. */
export const SearchProgress = z.object({
  searchedBytes: z.int(),
  totalBytes: z.int(),
  hits: z.array(SearchHit),
  /** `full`: so many places were found that the search stopped. */
  end: z.enum(['done', 'full']).optional(),
})
export type SearchProgress = z.infer<typeof SearchProgress>

export const SearchQuery = z.object({ words: z.string().min(1).max(200) })
