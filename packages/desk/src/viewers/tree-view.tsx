import { Badge } from '@scoregate/ui/badge'
import { Stack } from '@scoregate/ui/layout'
import { visibleText } from '@scoregate/ui/visible-bytes'
import { VisibleText } from '@scoregate/ui/visible-text'
import type { FC } from 'hono/jsx'
import { type JsonMember, type JsonNode, parseJsonTree } from './json-tree.ts'
import { isText } from './kind-of-content.ts'
import { noView } from './picture-view.tsx'
import type { FileView, ViewedFile } from './viewed-file.ts'

const MAX_BYTES = 262_144
/** So deep a tree is open when it is shown. */
const OPEN_DEPTH = 3

/**
 * A JSON file as a tree of what is written. White space between values is not in it, and parts can be folded up: it
 * counts for nothing as seen.
 */
export async function viewTree(file: ViewedFile): Promise<FileView> {
  const { entry, bytes } = file
  if (entry.sizeBytes > MAX_BYTES) return noView('This file is too large to be drawn as a tree.')
  const content = await bytes.read(entry, { offset: 0, length: MAX_BYTES })
  const root = isText(content) ? parseJsonTree(content.toString('utf8')) : undefined
  if (root === undefined)
    return noView('This file is not JSON, or too deep or too long to be drawn as a tree.')
  return {
    shown: [],
    content: (
      <Stack>
        <p class="muted">
          Values as they are written. White space between them is not shown, so this view does not count as
          seen.
        </p>
        <div class="tree">
          <Node node={root} depth={0} />
        </div>
      </Stack>
    ),
  }
}

const Node: FC<{ node: JsonNode; depth: number; member?: JsonMember }> = ({ node, depth, member }) => {
  const name = member?.key !== undefined && (
    <>
      <span class="tree-key">
        <VisibleText parts={visibleText(member.key)} />
      </span>
      {member.isTwin && <Badge tone="bad">same key again</Badge>}:{' '}
    </>
  )
  if (node.kind === 'scalar')
    return (
      <>
        {name}
        <VisibleText parts={visibleText(node.text)} />
      </>
    )
  const count = node.members.length
  return (
    <details open={depth < OPEN_DEPTH}>
      <summary>
        {name}
        {node.kind === 'object' ? '{ }' : '[ ]'} {count === 1 ? '1 value' : `${count} values`}
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
