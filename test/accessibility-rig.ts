import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const ENGINE = readFileSync(require.resolve('accessibility-checker-engine/ace.js'), 'utf8')

const Report = z.array(z.object({ rule: z.string(), message: z.string(), snippet: z.string() }))

/**
 * What breaks WCAG 2.2 (A and AA) on a page for sure, by a rule engine that is put into it, with everything unfolded that
 * can be. What the engine only asks a person to confirm is not among it.
 */
export async function findViolations(page: Page): Promise<string[]> {
  await unfold(page)
  // The page's policy forbids it to load a script; the browser's own console may still run one.
  await page.evaluate(`${ENGINE};globalThis.ace ??= ace`)
  const found =
    await page.evaluate(`new ace.Checker().check(document, ['WCAG_2_2']).then((report) => report.results
    .filter(({ value }) => value[0] === 'VIOLATION' && value[1] === 'FAIL')
    .map(({ ruleId, message, snippet }) => ({ rule: ruleId, message, snippet: snippet.slice(0, 200) })))`)
  return Report.parse(found).map(({ rule, message, snippet }) => `${rule}: ${message} ${snippet}`)
}

/** Opens everything that is folded up, so that it is looked at, too. */
export async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const folded of document.querySelectorAll('details')) folded.open = true
  })
}

/** Controls that are too small to be hit, or too near each other (WCAG 2.2, 2.5.8); links within a sentence are exempt. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 24
    const isScrolledAway = (element: Element, box: DOMRect): boolean => {
      for (
        let at = element.parentElement;
        at !== null && at !== document.documentElement;
        at = at.parentElement
      ) {
        const { top, bottom } = at.getBoundingClientRect()
        if (getComputedStyle(at).overflowY !== 'visible' && (box.top < top || box.bottom > bottom))
          return true
      }
      return false
    }
    const stickyAround = (element: Element): Element | null => {
      for (let at: Element | null = element; at !== null; at = at.parentElement)
        if (['sticky', 'fixed'].includes(getComputedStyle(at).position)) return at
      return null
    }
    const targets = [
      ...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary'),
    ]
      .map((element) => {
        // A label is a part of its control, and that of a choice reaches over the whole box.
        const label = element instanceof HTMLInputElement ? element.labels?.[0] : undefined
        const boxes = [element, label, element.closest('.choice')].flatMap((one) =>
          one === undefined || one === null ? [] : [one.getBoundingClientRect()],
        )
        const box = boxes.reduce((one, other) =>
          other.width * other.height > one.width * one.height ? other : one,
        )
        return { element, box }
      })
      .filter(
        ({ box, element }) => box.width > 0 && element.checkVisibility() && !isScrolledAway(element, box),
      )
    return targets.flatMap(({ element, box }) => {
      if (box.width >= LEAST && box.height >= LEAST) return []
      const isInSentence =
        getComputedStyle(element).display === 'inline' &&
        (element.parentElement?.textContent ?? '').trim() !== (element.textContent ?? '').trim()
      if (isInSentence) return []
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
      const near = targets.find(({ element: other, box: its }) => {
        // What sticks to the edge of the window lies over other places as the page is moved.
        if (stickyAround(other) !== stickyAround(element)) return false
        if (other === element || other.contains(element) || element.contains(other)) return false
        const [right, bottom] = [its.x + its.width, its.y + its.height]
        return Math.hypot(Math.max(its.x - x, 0, x - right), Math.max(its.y - y, 0, y - bottom)) < LEAST / 2
      })
      if (near === undefined) return []
      const size = `${Math.round(box.width)}x${Math.round(box.height)}`
      return [`${size} ${element.outerHTML.slice(0, 120)} near ${near.element.outerHTML.slice(0, 80)}`]
    })
  })
}

/** Where the focus is, and how it can be seen. */
export type Focused = { readonly words: string; readonly isShown: boolean; readonly isInOrder: boolean }

/**
 * Presses Tab from the top of a page to its end, and tells of each stop whether its focus can be seen and whether it comes
 * after the one before it in the document.
 */
export async function walkByKeyboard(page: Page, most: number): Promise<Focused[]> {
  const stops: Focused[] = []
  await page.evaluate(() => {
    document.querySelector('[data-last-stop]')?.removeAttribute('data-last-stop')
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  })
  while (stops.length < most) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const element = document.activeElement
      if (element === null || element === document.body) return undefined
      const last = document.querySelector('[data-last-stop]')
      // From the end the browser begins again at the top.
      if (last !== null && element.matches('.skip-link')) return undefined
      // A field of several parts, such as a date, has a stop for each.
      const isSame = last === element
      const isInOrder =
        last === null ||
        isSame ||
        (last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
      last?.removeAttribute('data-last-stop')
      element.setAttribute('data-last-stop', '')
      // A tick or a choice is drawn by what stands beside it.
      const drawn = [element, element.nextElementSibling, element.parentElement, element.closest('label')]
      const isShown = drawn.some((one) => {
        if (one === null) return false
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
        return (
          (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) ||
          (one === element && boxShadow !== 'none')
        )
      })
      return { words: element.outerHTML.slice(0, 120), isShown: isShown || isSame, isInOrder }
    })
    if (stop === undefined) break
    stops.push(stop)
  }
  return stops
}

/** Links, buttons and fields that have no name for who cannot see them. */
export async function namelessControls(page: Page): Promise<string[]> {
  const tree = await page.locator('body').ariaSnapshot()
  return tree
    .split('\n')
    .map((line) => line.trim())
    .filter((line) =>
      /^- (?:link|button|textbox|searchbox|combobox|checkbox|radio|spinbutton)(?:$|:| \[)/.test(line),
    )
}
