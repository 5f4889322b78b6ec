import type { Child, FC } from 'hono/jsx'
import { marked, type Token, type Tokens } from 'marked'

/**
 * Markdown of a bundle as a page may show it. The organizer's text is not trusted: it is read into tokens, and each is
 * written by JSX, which escapes all text, so there is no HTML of theirs to sanitise. Raw HTML shows as the text it is.
 */
export const Markdown: FC<{
  text: string /** Headings start below this level of the page. */
  below?: 1 | 2 | 3
}> = ({ text, below = 1 }) => <div class="prose">{blocks(marked.lexer(text, { gfm: true }), below)}</div>

function blocks(tokens: readonly Token[] | undefined, below: number): Child[] {
  return (tokens ?? []).map((token) => block(known(token), below))
}

function block(token: Known, below: number): Child {
  switch (token.type) {
    case 'heading':
      return <Heading level={Math.min(6, token.depth + below)} token={token} />
    case 'paragraph':
      return <p>{inlines(token.tokens)}</p>
    case 'text':
      return token.tokens === undefined ? unescaped(token.text) : inlines(token.tokens)
    case 'code':
      return (
        // A box that scrolls must be reachable by keyboard.
        <pre tabindex={0}>
          <code>{token.text}</code>
        </pre>
      )
    case 'blockquote':
      return <blockquote>{blocks(token.tokens, below)}</blockquote>
    case 'list':
      return <List token={token} below={below} />
    case 'table':
      return <Table token={token} />
    case 'hr':
      return <hr />
    case 'html':
      return <RawHtml token={token} />
    case 'space':
    case 'def':
      return null
    default:
      return inline(token)
  }
}

function inlines(tokens: readonly Token[] | undefined): Child[] {
  return (tokens ?? []).map((token) => inline(known(token)))
}

function inline(token: Known): Child {
  switch (token.type) {
    case 'strong':
      return <strong>{inlines(token.tokens)}</strong>
    case 'em':
      return <em>{inlines(token.tokens)}</em>
    case 'del':
      return <del>{inlines(token.tokens)}</del>
    case 'codespan':
      return <code>{token.text}</code>
    case 'br':
      return <br />
    case 'link':
      return <Link token={token} />
    case 'image':
      return <Picture token={token} />
    case 'html':
      return <RawHtml token={token} />
    case 'checkbox':
      return token.checked === true ? '☑ ' : '☐ '
    case 'text':
      return token.tokens === undefined ? unescaped(token.text) : inlines(token.tokens)
    case 'escape':
      return token.text
    default:
      return token.raw
  }
}

const Heading: FC<{ level: number; token: Tokens.Heading }> = ({ level, token }) => {
  const id = anchorOf(token.text)
  const content = inlines(token.tokens)
  if (level <= 2) return <h2 id={id}>{content}</h2>
  if (level === 3) return <h3 id={id}>{content}</h3>
  return <h4 id={id}>{content}</h4>
}

const List: FC<{ token: Tokens.List; below: number }> = ({ token, below }) => {
  const items = token.items.map((item) => <li>{blocks(item.tokens, below)}</li>)
  if (!token.ordered) return <ul>{items}</ul>
  return <ol start={token.start === '' || token.start === 1 ? undefined : token.start}>{items}</ol>
}

const Table: FC<{ token: Tokens.Table }> = ({ token }) => (
  // The table is the box that scrolls, and must be reachable by keyboard
  <table tabindex={0}>
    <thead>
      <tr>
        {token.header.map((cell) => (
          <th scope="col">{inlines(cell.tokens)}</th>
        ))}
      </tr>
    </thead>
    <tbody>
      {token.rows.map((row) => (
        <tr>
          {row.map((cell) => (
            <td>{inlines(cell.tokens)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
)

const Link: FC<{ token: Tokens.Link }> = ({ token }) => {
  const href = safeHref(token.href)
  if (href === undefined) return <>{inlines(token.tokens)}</>
  return (
    <a href={href} rel={href.startsWith('http') ? 'noopener noreferrer nofollow' : undefined}>
      {inlines(token.tokens)}
    </a>
  )
}

/** A picture from elsewhere would tell that site who reads this page and when; only pictures inside the text are shown. */
const Picture: FC<{ token: Tokens.Image }> = ({ token }) =>
  /^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]/i.test(token.href) ? (
    <img src={token.href} alt={token.text} />
  ) : (
    <em class="muted">[Picture: {token.text === '' ? 'without a description' : token.text}]</em>
  )

const RawHtml: FC<{ token: Tokens.HTML | Tokens.Tag }> = ({ token }) => {
  if (/^\s*<!--/.test(token.raw)) return null
  if (/^<br\s*\/?>$/i.test(token.raw.trim())) return <br />
  return <>{token.raw}</>
}

/**
 * Where a link of a bundle may lead: other sites, mail, a heading of the same page, and pages of competitions. No other
 * address of ours: some Codabench addresses act when they are merely visited.
 */
function safeHref(href: string): string | undefined {
  if (href.startsWith('#')) return `#${anchorOf(safeDecode(href.slice(1)))}`
  const base = 'http://hub.invalid'
  if (!URL.canParse(href, base)) return undefined
  const url = new URL(href, base)
  if (url.protocol === 'mailto:') return url.href
  if (url.origin === base) {
    return /^\/competitions\/[0-9]+(?:\/|$)/.test(url.pathname) ? `${url.pathname}${url.hash}` : undefined
  }
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined
}

/** Headings get a prefix, so that no bundle can take an id that the page itself uses. */
function anchorOf(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return `text-${words.join('-').slice(0, 80)}`
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Markdown lets HTML's names of characters stand in text. Those in use are turned into characters; others stay as they are. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  mdash: '—',
  ndash: '–',
  hellip: '…',
  deg: '°',
  micro: 'µ',
  plusmn: '±',
  times: '×',
  le: '≤',
  ge: '≥',
  rarr: '→',
  larr: '←',
}

function unescaped(text: string): string {
  return text.replace(/&(?:([a-z]{2,8})|#([0-9]{1,7})|#x([0-9a-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (typeof name === 'string') return NAMED[name] ?? whole
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

type Known =
  | Tokens.Space
  | Tokens.Code
  | Tokens.Heading
  | Tokens.Table
  | Tokens.Hr
  | Tokens.Blockquote
  | Tokens.List
  | Tokens.HTML
  | Tokens.Def
  | Tokens.Paragraph
  | Tokens.Text
  | Tokens.Tag
  | Tokens.Escape
  | Tokens.Link
  | Tokens.Image
  | Tokens.Strong
  | Tokens.Em
  | Tokens.Codespan
  | Tokens.Br
  | Tokens.Del
  | Tokens.Checkbox

/** `Token` admits tokens of extensions, of which none is installed, so every token is one of marked's own. */
function known(token: Token): Known {
  return token as Known
}
