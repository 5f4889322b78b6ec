/** A value of a file as it is written: numbers with all their digits, texts with their quotes and escapes. */
export type TreeNode =
  | { readonly kind: 'scalar'; readonly text: string; readonly marks?: readonly string[] }
  | {
      readonly kind: 'object' | 'array' | 'documents'
      readonly members: readonly TreeMember[]
      /** What YAML writes before a value: tags and anchors. Nothing here obeys them. */
      readonly marks?: readonly string[]
    }

/** One value inside another. */
export type TreeMember = {
  /** As it is written, quotes and all; absent in a list. */
  readonly key: string | undefined
  /** The same key stands earlier in the object: who reads the file may take the one or the other. */
  readonly isTwin: boolean
  readonly value: TreeNode
}

/** Deeper or more than this is not drawn. */
export const MAX_DEPTH = 60
export const MAX_NODES = 5000
