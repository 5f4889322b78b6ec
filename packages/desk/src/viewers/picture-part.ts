import type { ByteRange } from './viewed-file.ts'

/** One part of a picture's file. */
export type PicturePart = ByteRange & {
  /** What the format calls it; of its four letters only printable ones are kept. */
  readonly name: string
  /** Whether the pixels are made of it; everything else is beside the picture and still in the file. */
  readonly isDrawn: boolean
}

/** The name of whatever a file has where its picture is over. */
export const AFTER_THE_END = 'after the end'

/** Parts that end at `from`, and what the file has after them. */
export function withRest(parts: readonly PicturePart[], from: number, to: number): PicturePart[] {
  return from >= to ? [...parts] : [...parts, { from, to, name: AFTER_THE_END, isDrawn: false }]
}
