import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ASSETS_FOLDER } from './stylesheet.ts'

const TEXT = 4.5
/** Borders of inputs and focus rings (WCAG 2.2, 1.4.11). */
const PARTS = 3

const GROUNDS = ['ground', 'surface', 'surface-raised', 'surface-sunken', 'hover'] as const
const PAIRS: readonly (readonly [ink: string, ground: string, least: number])[] = [
  ...GROUNDS.flatMap((ground) =>
    ['ink', 'ink-soft', 'ink-faint', 'accent', 'accent-hover', 'danger'].map(
      (ink) => [ink, ground, TEXT] as const,
    ),
  ),
  ...['neutral', 'info', 'progress', 'waiting', 'good', 'bad', 'warn'].flatMap((tone) => [
    [`${tone}-ink`, `${tone}-ground`, TEXT] as const,
    ['ink', `${tone}-ground`, TEXT] as const,
  ]),
  ['on-accent', 'accent', TEXT],
  ['on-accent', 'accent-hover', TEXT],
  ['on-danger', 'danger', TEXT],
  ['on-danger', 'danger-hover', TEXT],
  ['header-ink', 'header', TEXT],
  ['header-soft', 'header', TEXT],
  ['header-soft', 'header-hover', TEXT],
  ['header-mark', 'header', PARTS],
  ['ink-faint', 'neutral-ground', TEXT],
  ['ink-soft', 'accent-ground', TEXT],
  ['warn-ink', 'surface', TEXT],
  ['warn-ink', 'surface-sunken', TEXT],
  ['bad-ink', 'surface', TEXT],
  ['line-strong', 'surface', PARTS],
  ['focus', 'ground', PARTS],
  ['focus', 'surface', PARTS],
]

interface Shades {
  readonly light: string
  readonly dark: string
}

async function readTokens(site: 'hub' | 'desk'): Promise<Map<string, Shades>> {
  const css = await readFile(new URL('tokens.css', ASSETS_FOLDER), 'utf8')
  const deskFrom = css.indexOf('[data-site="desk"]')
  const tokens = new Map<string, Shades>()
  for (const found of (site === 'desk' ? css : css.slice(0, deskFrom)).matchAll(
    /--([a-z-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));/g,
  )) {
    const [, name = '', light, dark, same] = found
    tokens.set(name, { light: light ?? same ?? '', dark: dark ?? same ?? '' })
  }
  return tokens
}

/** Relative luminance, 0 to 1, of `#rrggbb` (WCAG 2.2, definitions). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

describe('the colours', () => {
  for (const site of ['hub', 'desk'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      it(`of the ${site} in ${theme} can be read (WCAG AA)`, async () => {
        const tokens = await readTokens(site)
        const tooClose = PAIRS.flatMap(([ink, ground, least]) => {
          const above = tokens.get(ink)?.[theme] ?? ''
          const below = tokens.get(ground)?.[theme] ?? ''
          const ratio = contrast(above, below)
          return ratio >= least
            ? []
            : [`${ink} ${above} on ${ground} ${below}: ${ratio.toFixed(2)} < ${least}`]
        })
        expect(tooClose).toEqual([])
      })
    }
  }
})
