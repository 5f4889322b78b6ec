import { Badge } from '@scoregate/ui/badge'
import { Stack } from '@scoregate/ui/layout'
import { visibleText } from '@scoregate/ui/visible-bytes'
import { VisibleText } from '@scoregate/ui/visible-text'
import type { FC } from 'hono/jsx'
import { parseJsonTree } from './json-tree.ts'
import { isText } from './kind-of-content.ts'
import { noView } from './picture-view.tsx'
import type { TreeMember, TreeNode } from './tree-node.ts'
import type { FileView, ViewedFile } from './viewed-file.ts'
import { parseYamlTree } from './yaml-tree.ts'

const MAX_BYTES = 262_144
/** So deep a tree is open when it is shown. */
const OPEN_DEPTH = 3

/**
 * A JSON or YAML file as a tree of what is written; which of them is told by the content. White space between values is
 * not in it, no comment of YAML, and parts can be folded up: it counts for nothing as seen.
 */
export async function viewTree(file: ViewedFile): Promise<FileView> {
  const { entry, bytes } = file
  if (entry.sizeBytes > MAX_BYTES) return noView('This file is too large to be drawn as a tree.')
  const content = await bytes.read(entry, { offset: 0, length: MAX_BYTES })
  const text = isText(content) ? content.toString('utf8') : undefined
  const json = text === undefined ? undefined : parseJsonTree(text)
  const root = json ?? (text === undefined ? undefined : parseYamlTree(text))
  if (root === undefined)
    return noView('This file is neither JSON nor YAML, or too deep or too long to be drawn as a tree.')
  return {
    shown: [],
    content: (
      <Stack>
        <p class="muted">
          {json === undefined
            ? 'YAML, with its values as they are written: no alias is followed and no tag is obeyed. Comments and white space are not shown, so this view does not count as seen.'
            : 'Values as they are written. White space between them is not shown, so this view does not count as seen.'}
        </p>
        <div class="tree">
          <Node node={root} depth={0} />
        </div>
      </Stack>
    ),
  }
}

const SHAPES = { object: '{ }', array: '[ ]', documents: 'Documents' } as const

const Node: FC<{ node: TreeNode; depth: number; member?: TreeMember }> = ({ node, depth, member }) => {
  const name = member?.key !== undefined && (
    <>
      <span class="tree-key">
        <VisibleText parts={visibleText(member.key)} />
      </span>
      {member.isTwin && <Badge tone="bad">same key again</Badge>}:{' '}
    </>
  )
  const marks = node.marks?.map((mark) => (
    <span class="tree-mark">
      <VisibleText parts={visibleText(mark)} />{' '}
    </span>
  ))
  if (node.kind === 'scalar')
    return (
      <>
        {name}
        {marks}
        <VisibleText parts={visibleText(node.text)} />
      </>
    )
  const count = node.members.length
  return (
    <details open={depth < OPEN_DEPTH}>
      <summary>
        {name}
        {marks}
        {SHAPES[node.kind]} {count === 1 ? '1 value' : `${count} values`}
      </summary>
      <ul>
        {node.members.map((inner) => (
          <li>
            <Node node={inner.value} depth={depth + 1} member={inner} />
          </li>
        ))}
      </ul>
    </details>
  )
}
