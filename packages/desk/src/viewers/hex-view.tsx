import { Button, ButtonLink } from '@scoregate/ui/button'
import { InertText } from '@scoregate/ui/facts'
import { SearchForm } from '@scoregate/ui/form'
import { Cluster, Stack } from '@scoregate/ui/layout'
import { parseOffset, paths } from '../paths.ts'
import type { FileView, ViewedFile, ViewQuery } from './viewed-file.ts'

/** Bytes on one page of hex. */
const HEX_PAGE_BYTES = 4096
const ROW_BYTES = 16

/** One page of a file byte by byte: the view that fits everything. */
export async function viewHex(file: ViewedFile, query: ViewQuery): Promise<FileView> {
  const { entry, hold, number } = file
  const asked = Math.min(parseOffset(query('offset')), Math.max(0, entry.sizeBytes - 1))
  const from = asked - (asked % ROW_BYTES)
  const bytes = await file.bytes.read(entry, { offset: from, length: HEX_PAGE_BYTES })
  const to = from + bytes.length
  const at = (offset: number) => paths.fileView(hold.id, number, { as: 'hex', offset })
  const last = Math.max(0, Math.floor((entry.sizeBytes - 1) / HEX_PAGE_BYTES) * HEX_PAGE_BYTES)
  return {
    shown: [{ from, to }],
    content: (
      <Stack>
        <SearchForm action={paths.file(hold.id, number)} label="Go to a byte">
          <input type="hidden" name="as" value="hex" />
          <label>
            Byte <input class="input" name="offset" inputmode="numeric" pattern="[0-9]+" size={12} required />
          </label>
          <Button size="small">Go</Button>
        </SearchForm>
        <InertText
          id="file-content"
          size="tall"
          isWrapped={false}
          label={entry.sizeBytes === 0 ? 'Empty file' : `Bytes ${from + 1} to ${to} of ${entry.sizeBytes}`}
          text={hexDump(bytes, from)}
        />
        <Cluster>
          {from > 0 && <ButtonLink href={at(Math.max(0, from - HEX_PAGE_BYTES))}>Earlier</ButtonLink>}
          {to < entry.sizeBytes && <ButtonLink href={at(to)}>Later</ButtonLink>}
          {to < entry.sizeBytes && <ButtonLink href={at(last)}>To the end</ButtonLink>}
        </Cluster>
      </Stack>
    ),
  }
}

/** Bytes in rows of sixteen: the offset, the bytes in hexadecimal, and those that are visible ASCII. */
function hexDump(bytes: Buffer, offset: number): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = bytes.subarray(at, at + ROW_BYTES)
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const ascii = Array.from(row, (byte) =>
      byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : '.',
    ).join('')
    lines.push(`${(offset + at).toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${ascii}`)
  }
  return lines.join('\n')
}
