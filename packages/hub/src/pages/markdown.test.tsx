import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Markdown } from './markdown.tsx'

describe('Markdown of a bundle', () => {
  it('shows what organizers write: headings, lists, tables, code, emphasis', () => {
    const html = shown(
      '# Task\n\nA *small* **test** of `code`, 20 &plusmn; 1 &deg;C.\n\n1. one\n2. two\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```py\nx < 1\n```',
    )
    expect(html).toContain('<h2 id="text-task">Task</h2>')
    expect(html).toContain('<em>small</em> <strong>test</strong> of <code>code</code>, 20 ± 1 °C.')
    expect(html).toContain('<ol><li>one</li><li>two</li></ol>')
    expect(html).toContain('<td>1</td><td>2</td>')
    expect(html).toContain('<code>x &lt; 1</code>')
  })

  it('shows raw HTML as the text it is', () => {
    const html = shown(
      'Hello <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n<style>*{}</style>',
    )
    expect(html).not.toMatch(/<(script|img|style)/)
    expect(html).toContain('&lt;script&gt;')
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
  })

  it('leaves out comments and keeps line breaks', () => {
    expect(shown('a<br>b <!-- hidden -->')).toBe('<div class="prose"><p>a<br/>b </p></div>')
  })

  it('follows links to other sites without telling them where from, and to mail and headings', () => {
    expect(shown('[a](https://example.org/x?y=1&z=2)')).toContain(
      '<a href="https://example.org/x?y=1&amp;z=2" rel="noopener noreferrer nofollow">a</a>',
    )
    expect(shown('[a](mailto:someone@example.org)')).toContain('<a href="mailto:someone@example.org">a</a>')
    expect(shown('# Big data!\n\n[a](#big-data)')).toMatch(/id="text-big-data".*href="#text-big-data"/)
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '&#106;avascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '/api/submissions/1/cancel_submission/',
    '/competitions/../api/submissions/1/cancel_submission/',
    '/sign-in/link?token=x',
  ])('does not make a link of %s', (href) => {
    expect(shown(`[a](${href})`)).not.toContain('<a ')
    expect(shown(`[a](<${href}>)`)).not.toContain('<a ')
  })

  it('shows pictures that are in the text, and never fetches one', () => {
    expect(shown('![logo](data:image/png;base64,AAAA)')).toContain(
      '<img src="data:image/png;base64,AAAA" alt="logo"/>',
    )
    for (const href of [
      'https://example.org/x.png',
      '//example.org/x.png',
      '/api/submissions/1/cancel_submission/',
    ]) {
      const html = shown(`![a chart](${href})`)
      expect(html).not.toContain('<img')
      expect(html).toContain('[Picture: a chart]')
    }
  })

  it('writes no tag and no attribute but its own, whatever the text', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '`',
      '*',
      '_',
      '[',
      ']',
      '(',
      ')',
      '!',
      '#',
      '|',
      '\n',
      '- ',
      ' ',
      ':',
      '\\',
      'script',
      'onerror=',
      'javascript:',
      '&lt;',
      '&#60;',
      '<svg onload=',
      'data:',
      'https://x.y/',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const html = shown(parts.join(''))
        for (const [tag] of html.matchAll(/<[^>]*>/g)) expect(tag).toMatch(OWN_TAG)
      }),
      { numRuns: 2000 },
    )
  })
})

/** Every tag that the component can write, with every attribute. */
const OWN_TAG =
  /^<\/?(?:(?:div|p|h[234]|ul|ol|li|pre|code|blockquote|hr|br|em|strong|del|table|thead|tbody|tr|th|td|a|img)(?: (?:class="(?:prose|muted)"|id="text-[^"<>]*"|tabindex="0"|start="[0-9]+"|scope="col"|rel="noopener noreferrer nofollow"|href="(?:https?:|mailto:|#text-)[^"<>]*"|src="data:image\/[^"<>]*"|alt="[^"<>]*"))*\/?)>$/

function shown(text: string): string {
  return String(<Markdown text={text} />)
}
