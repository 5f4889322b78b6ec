import type { SealedBytes, SealedFile } from '../vault/sealed-bytes.ts'
import { CONTINUATION_BYTES } from './text-page.ts'

/**
 * The first bytes of a file as text that is not inert yet, and up to which byte it goes; no text when they are not UTF-8,
 * or have a NUL byte, as no text has. Throws `ScoregateError` as `SealedBytes.read` does.
 */
export async function readTextStart(
  sealed: SealedBytes,
  file: SealedFile,
  maxBytes: number,
): Promise<{ text: string | undefined; shownTo: number | undefined }> {
  const bytes = await sealed.read(file, { offset: 0, length: maxBytes + CONTINUATION_BYTES })
  let end = Math.min(bytes.length, maxBytes)
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end += 1
  const part = bytes.subarray(0, end)
  if (part.includes(0)) return { text: undefined, shownTo: undefined }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part)
    return { text, shownTo: end }
  } catch {
    return { text: undefined, shownTo: undefined } // not UTF-8: to be looked at byte by byte
  }
}
