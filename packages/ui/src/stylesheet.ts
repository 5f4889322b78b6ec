import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/**
 * The style sheets, in the order in which they apply. All lie in the folder `assets` beside this module, and are found
 * relative to it: run from source that is `packages/ui/src/assets`; bundled by esbuild into `dist/scoregate.js`, the
 * build copies that folder to `dist/assets`, and the same relative URL holds.
 */
export const STYLESHEET_FILES = [
  'tokens.css',
  'base.css',
  'layout.css',
  'components.css',
  'forms.css',
  'table.css',
  'prose.css',
  'plot.css',
  'print.css',
] as const

/** The folder to copy beside a bundle. */
export const ASSETS_FOLDER: URL = new URL('./assets/', import.meta.url)

const CONTENT_TYPES = {
  'scoregate.css': 'text/css; charset=utf-8',
  'favicon.svg': 'image/svg+xml',
  'inter-latin.woff2': 'font/woff2',
  'inter-latin-ext.woff2': 'font/woff2',
  'jetbrains-mono-latin.woff2': 'font/woff2',
  'jetbrains-mono-latin-ext.woff2': 'font/woff2',
} as const

/** The names under which the assets are served, all in one folder: the style sheet refers to the fonts beside it. */
export type AssetName = keyof typeof CONTENT_TYPES

/** A file for browsers, with its SHA-256 (hexadecimal) for an ETag and for a URL that may be cached for ever. */
export interface Asset {
  readonly name: AssetName
  readonly body: Uint8Array<ArrayBuffer>
  readonly contentType: string
  readonly digest: string
}

/** Whether this name is one of ours; any other is not to be looked for on disk. */
export function isAssetName(name: string): name is AssetName {
  return Object.hasOwn(CONTENT_TYPES, name)
}

/** The names of all assets, for a route of each. */
export const ASSET_NAMES: readonly AssetName[] = Object.keys(CONTENT_TYPES).filter(isAssetName)

/** Reads an asset; throws if its file is missing from the folder. */
export async function readAsset(name: AssetName, folder: URL = ASSETS_FOLDER): Promise<Asset> {
  const body =
    name === 'scoregate.css' ? Buffer.from(await concatenated(folder)) : await readFile(new URL(name, folder))
  return {
    name,
    body: new Uint8Array(body),
    contentType: CONTENT_TYPES[name],
    digest: createHash('sha256').update(body).digest('hex'),
  }
}

/** The whole style sheet of both sites, and its SHA-256 (hexadecimal). Link it as `/assets/scoregate.css?v=<digest>`. */
export async function readStylesheet(folder: URL = ASSETS_FOLDER): Promise<{ css: string; digest: string }> {
  const css = await concatenated(folder)
  return { css, digest: createHash('sha256').update(css).digest('hex') }
}

async function concatenated(folder: URL): Promise<string> {
  const texts = await Promise.all(STYLESHEET_FILES.map((file) => readFile(new URL(file, folder), 'utf8')))
  return texts.join('\n')
}
