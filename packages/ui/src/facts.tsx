import type { Child, FC, PropsWithChildren } from 'hono/jsx'
import { fileSizeWords } from './file-size.ts'
import { inertParts, showInertLine } from './inert-text.ts'

/** Terms and their values. `isMonospace` values are for digests, ids and versions. */
export const DefinitionList: FC<{
  items: readonly { term: string; value: Child }[]
  layout?: 'rows' | 'columns' | undefined
}> = ({ items, layout = 'rows' }) => (
  <dl class={`facts facts-${layout}`}>
    {items.map((item) => (
      <div class="fact">
        <dt>{item.term}</dt>
        <dd>{item.value}</dd>
      </div>
    ))}
  </dl>
)

/** One number that matters, and what it counts. */
export const Stat: FC<{
  label: string
  value: Child
  note?: Child | undefined
  href?: string | undefined
}> = ({ label, value, note, href }) => (
  <div class="stat">
    <div class="stat-label">{href === undefined ? label : <a href={href}>{label}</a>}</div>
    <div class="stat-value">{value}</div>
    {note !== undefined && <div class="stat-note">{note}</div>}
  </div>
)

/** A digest or another long identifier: its first 12 signs, the whole in the tooltip and to screen readers' reach. */
export const Digest: FC<{ value: string; shown?: 'short' | 'whole' | undefined }> = ({
  value,
  shown = 'short',
}) => {
  const bare = value.slice(value.indexOf(':') + 1)
  return (
    <code class={`digest digest-${shown}`} title={value}>
      {shown === 'whole' ? value : bare.slice(0, 12)}
    </code>
  )
}

/** A number of bytes in words, the exact count in the tooltip. */
export const FileSize: FC<{ bytes: number }> = ({ bytes }) => (
  <span class="file-size" title={`${bytes} bytes`}>
    {fileSizeWords(bytes)}
  </span>
)

/** A key on the keyboard. */
export const Kbd: FC<PropsWithChildren> = ({ children }) => <kbd>{children}</kbd>

/** Text of our own to read or copy: a command, a configuration. For text of a run use `InertText`. */
export const CodeBlock: FC<{ text: string; label: string }> = ({ text, label }) => (
  // A scroll container must be reachable by keyboard, and then it needs a name.
  <section class="code-block" aria-label={label} tabindex={0}>
    <pre>
      <code>{text}</code>
    </pre>
  </section>
)

/** Beyond this many spelled-out characters a page would grow many times larger than the text it shows. */
const MARKED_PARTS_LIMIT = 2000

/**
 * Text of a run, such as a log: shown, never obeyed. Controls, bidi and invisible characters are spelled out and marked
 * (this component does it; pass the raw text). Lines wrap; a tick box turns that off.
 */
export const InertText: FC<{
  text: string
  label: string
  /** Unique on the page. */
  id: string
  size?: 'normal' | 'tall' | undefined
  /** Whether long lines are wrapped until the reader says otherwise; columns of characters are lost when they are. */
  isWrapped?: boolean | undefined
  /** Said under the text, such as that only the first megabyte is shown. */
  note?: Child | undefined
}> = ({ text, label, id, size = 'normal', isWrapped = true, note }) => {
  const parts = inertParts(text)
  return (
    <div class={`inert inert-${size}`}>
      <div class="inert-bar">
        <span class="inert-label">{label}</span>
        <label class="inert-wrap" for={`${id}-wrap`}>
          <input type="checkbox" id={`${id}-wrap`} class="inert-wrap-box" checked={isWrapped} />
          Wrap lines
        </label>
      </div>
      {text === '' ? (
        <p class="inert-empty">Empty: nothing was written here.</p>
      ) : (
        <section class="inert-view" id={id} aria-label={label} tabindex={0}>
          <pre>
            {parts.length > MARKED_PARTS_LIMIT
              ? parts.map((part) => part.text).join('')
              : parts.map((part) =>
                  part.kind === 'text' ? part.text : <span class="inert-escape">{part.text}</span>,
                )}
          </pre>
        </section>
      )}
      {note !== undefined && <div class="inert-note">{note}</div>}
    </div>
  )
}

/**
 * A name from outside, such as a file's or a participant's, on one line: inert, and not able to turn the text around it.
 * An endless word is given places to break: the browser sets a proportional font anew from each break to the end of
 * the word, and a name of 10,000 letters without them holds up a reviewer's page for seconds each time it occurs.
 */
export const InertName: FC<{ text: string; isMonospace?: boolean | undefined }> = ({ text, isMonospace }) => (
  <bdi class={isMonospace === true ? 'inert-name monospace' : 'inert-name'}>
    {piecesOf(showInertLine(text)).map((piece, at) => (
      <>
        {at > 0 && <wbr />}
        {piece}
      </>
    ))}
  </bdi>
)

/** Pieces of at most 100 characters; the u flag keeps pairs of surrogates together. */
function piecesOf(text: string): string[] {
  return text.match(/.{1,100}/gsu) ?? []
}
