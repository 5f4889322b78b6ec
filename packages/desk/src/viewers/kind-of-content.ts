import type { FileViewKind } from '@scoregate/protocol/audit'
import { pictureFormat } from './picture-parts.ts'

/** How much of a file is looked at to tell what it is. */
export const PROBE_BYTES = 8192

/** The view in which a file opens, by its first bytes; its name is the run's and says nothing. */
export function viewForContent(start: Buffer): FileViewKind {
  if (pictureFormat(start) !== undefined) return 'picture'
  return isText(start) ? 'text' : 'hex'
}

/** Whether bytes are text in UTF-8 without a NUL; a character that the end cuts is not held against them. */
export function isText(bytes: Buffer): boolean {
  if (bytes.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
