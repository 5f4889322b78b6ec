import type { FileViewKind } from '@scoregate/protocol/audit'
import type { ManifestEntry } from '@scoregate/protocol/manifest'
import type { Child } from 'hono/jsx'
import type { Hold } from '../holds/hold-record.ts'
import type { SealedBytes } from '../vault/sealed-bytes.ts'

/** A file of a hold that somebody looks at, and how its bytes are read. */
export type ViewedFile = {
  readonly hold: Hold
  readonly number: number
  readonly entry: ManifestEntry
  readonly bytes: SealedBytes
}

/** Bytes of a file, `to` not included. */
export type ByteRange = { readonly from: number; readonly to: number }

/** One view of a file, ready to be put into its page. */
export type FileView = {
  readonly content: Child
  /** What the reviewer sees of the file in full with this view; nothing where a view leaves things out. */
  readonly shown: readonly ByteRange[]
}

/** What the address of a view asks for; each view reads what it knows. */
export type ViewQuery = (name: string) => string | undefined

/** The views in the order of their tabs, in the words of the page. */
export const VIEW_WORDS = {
  text: 'Text',
  table: 'Table',
  tree: 'Tree',
  picture: 'Picture',
  rendered: 'Rendered',
  hex: 'Hex',
} as const satisfies Record<FileViewKind, string>
