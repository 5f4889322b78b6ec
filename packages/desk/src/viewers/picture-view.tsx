import { FileSize } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { Stack } from '@scoregate/ui/layout'
import type { Child, FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import { decodeConfined } from './decode-confined.ts'
import { AFTER_THE_END, type PicturePart } from './picture-part.ts'
import { pictureFormat, pictureParts, pictureSize } from './picture-parts.ts'
import type { ByteRange, FileView, ViewedFile } from './viewed-file.ts'

/** A larger file, or more pixels, is no picture to look at. */
const MAX_BYTES = 16 * 1024 * 1024
const MAX_PIXELS = 25_000_000
/** So many parts beside the pixels are listed. */
const PARTS_SHOWN = 50

/** The pixels of a PNG, JPEG, GIF or WebP as a new PNG, with nothing of the file but them; the reason when there are none to see. */
export async function redrawPicture({
  entry,
  bytes,
}: ViewedFile): Promise<
  | { kind: 'drawn'; png: Buffer; parts: readonly PicturePart[]; frames: number }
  | { kind: 'none'; reason: string }
> {
  if (entry.sizeBytes > MAX_BYTES) return { kind: 'none', reason: 'This file is too large to be drawn.' }
  const content = await bytes.read(entry, { offset: 0, length: MAX_BYTES })
  const format = pictureFormat(content)
  if (format === undefined)
    return { kind: 'none', reason: 'This file is not a PNG, JPEG, GIF or WebP picture.' }
  const size = pictureSize(content, format)
  if (size === undefined || size.width * size.height > MAX_PIXELS || size.width * size.height === 0)
    return {
      kind: 'none',
      reason: 'This picture claims too many pixels to be drawn, or does not say how many it has.',
    }
  const parts = pictureParts(content, format)
  // A decoder may refuse a picture for what follows its end; that is listed, and no reason to hide the picture.
  const last = parts.at(-1)
  const end = last?.name === AFTER_THE_END ? last.from : content.length
  const png = await decodeConfined(format, content.subarray(0, end))
  if (png === undefined)
    return {
      kind: 'none',
      reason:
        'This picture cannot be decoded, or this machine cannot cut a decoder off from the network (it needs bubblewrap).',
    }
  return { kind: 'drawn', png, parts, frames: parts.filter(({ name }) => name === 'frame').length }
}

/**
 * The pixels of a picture, drawn anew, and a list of what else is in its file: that is not in the picture, and would leave
 * with the file.
 */
export async function viewPicture(file: ViewedFile): Promise<FileView> {
  const drawn = await redrawPicture(file)
  if (drawn.kind === 'none') return noView(drawn.reason)
  const { hold, number, entry } = file
  const beside = drawn.parts.filter(({ isDrawn }) => !isDrawn)
  return {
    shown: joined(drawn.parts.filter(({ isDrawn }) => isDrawn)),
    content: (
      <Stack>
        {beside.length > 0 && <Beside file={file} parts={beside} />}
        <p class="muted">
          The pixels of the file, drawn anew
          {drawn.frames > 1 && `, its ${drawn.frames} frames one below the other`}.{' '}
          {beside.length === 0 && 'There is nothing else in it.'}
        </p>
        <img
          class="run-picture"
          src={paths.filePicture(hold.id, number)}
          alt={`The pixels of file ${number + 1}, ${entry.sizeBytes} bytes`}
        />
      </Stack>
    ),
  }
}

const Beside: FC<{ file: ViewedFile; parts: readonly PicturePart[] }> = ({ file, parts }) => (
  <Callout tone="warn" title="There is more in this file than its pixels">
    <p>These parts are not in the picture, and leave with the file if it is released:</p>
    <ul>
      {parts.slice(0, PARTS_SHOWN).map(({ name, from, to }) => (
        <li>
          {name}, <FileSize bytes={to - from} />,{' '}
          <a href={paths.fileView(file.hold.id, file.number, { as: 'hex', offset: from })}>
            look from byte {from + 1} on
          </a>
        </li>
      ))}
    </ul>
    {parts.length > PARTS_SHOWN && <p>and {parts.length - PARTS_SHOWN} more</p>}
  </Callout>
)

/** A view that has nothing to show of a file, and says why. */
export function noView(reason: string): FileView {
  const content: Child = (
    <Callout tone="info" title={reason}>
      Look at it as text, or byte by byte.
    </Callout>
  )
  return { content, shown: [] }
}

function joined(parts: readonly PicturePart[]): ByteRange[] {
  const ranges: ByteRange[] = []
  for (const { from, to } of parts) {
    const last = ranges.at(-1)
    if (last !== undefined && last.to === from) ranges[ranges.length - 1] = { from: last.from, to }
    else ranges.push({ from, to })
  }
  return ranges
}
