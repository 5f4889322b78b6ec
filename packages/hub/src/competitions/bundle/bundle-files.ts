import { closestWord } from '@scoregate/protocol/closest-word'
import type { Problem } from '@scoregate/protocol/errors'
import type { StoredBlob } from '@scoregate/storage/blobs'
import type { Archive, ArchiveEntry } from '../../archives/archive.ts'
import type { BundleYaml, YamlPath } from './bundle-yaml.ts'
import type { LenientBundle } from './lenient-bundle.ts'

/** What stands behind a file value: a zip as it is, a folder to be zipped, or a file that was uploaded before. */
export type BundleFile =
  | { readonly kind: 'zip'; readonly entry: ArchiveEntry }
  | { readonly kind: 'folder'; readonly entries: readonly { entry: ArchiveEntry; name: string }[] }
  | { readonly kind: 'dataset'; readonly stored: StoredBlob }

/** Finds a file that the same person uploaded before, by its key. */
export type FindDataset = (key: string) => Promise<StoredBlob | undefined>

/** The files of a bundle, by the path written in the YAML, below the folder that `competition.yaml` is in. */
export type BundleFiles = {
  find(path: string): ArchiveEntry | undefined
  resolve(path: string): Promise<BundleFile | undefined>
}

const DATASET_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MAX_TEXT_BYTES = 1_048_576
/** What a browser shows as a picture. */
export const LOGO_MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
}

/** Finds files by the paths of the YAML. Names come from the archive, so no path can lead out of it. */
export function bundleFiles(archive: Archive, topFolder: string, findDataset: FindDataset): BundleFiles {
  const byPath = new Map(archive.entries.map((entry) => [entry.path, entry]))
  const full = (path: string) => topFolder + path.replace(/^(\.\/)+/, '').replace(/\/+$/, '')
  return {
    find: (path) => byPath.get(full(path)),
    async resolve(path) {
      const entry = byPath.get(full(path))
      if (entry !== undefined) return (await isZip(archive, entry)) ? { kind: 'zip', entry } : undefined
      const prefix = `${full(path)}/`
      const entries = archive.entries
        .filter((one) => one.path.startsWith(prefix))
        .map((one) => ({ entry: one, name: one.path.slice(prefix.length) }))
      if (entries.length > 0) return { kind: 'folder', entries }
      const stored = DATASET_KEY.test(path) ? await findDataset(path.toLowerCase()) : undefined
      return stored && { kind: 'dataset', stored }
    },
  }
}

/** Everything that is wrong with the files that the YAML names: absent, of another kind, empty, without a command. */
export async function fileProblems(
  yaml: BundleYaml,
  bundle: LenientBundle,
  { archive, files, topFolder }: { archive: Archive; files: BundleFiles; topFolder: string },
): Promise<Problem[]> {
  const problems: Problem[] = []
  const add = (path: YamlPath, what: string, remedy: string) =>
    problems.push({ where: yaml.place(path), what, remedy })
  const known = archive.entries.map((entry) => entry.path.slice(topFolder.length))
  const missing = (path: YamlPath, written: string) => {
    const closest = closestWord(written, known)
    add(
      path,
      `the file "${written.slice(0, 200)}" is not in the bundle`,
      closest === undefined ? 'Add it to the zip, or correct the path.' : `Did you mean "${closest}"?`,
    )
  }

  const checkText = async (path: YamlPath, written: string | undefined) => {
    if (written === undefined) return
    const entry = files.find(written)
    if (entry === undefined) return missing(path, written)
    const content = await archive.readEntry(entry, MAX_TEXT_BYTES)
    if (content === undefined) add(path, `the page "${written}" is larger than 1 MiB`, 'Make it shorter.')
    else if (content.toString('utf8').trim() === '') {
      add(path, `the file "${written}" is empty`, 'Write something into it.')
    }
  }
  const checkData = async (path: YamlPath, written: string | undefined, isProgram: boolean) => {
    if (written === undefined) return
    const found = await files.resolve(written)
    if (found === undefined) {
      if (files.find(written) === undefined) return missing(path, written)
      add(
        path,
        `"${written}" is a single file that is no zip`,
        'Put it into a folder and name the folder, or zip it.',
      )
    } else if (isProgram && found.kind === 'folder' && !found.entries.some(({ name }) => isMetadata(name))) {
      add(
        path,
        `the program folder "${written}" has no metadata.yaml`,
        'Add a metadata.yaml with the line "command: python3 program.py".',
      )
    }
  }

  if (bundle.image !== undefined) {
    if (files.find(bundle.image) === undefined) missing(['image'], bundle.image)
    else if (mediaTypeOf(bundle.image) === undefined) {
      add(['image'], `"${bundle.image}" is no picture`, 'Use a PNG, JPEG, GIF, WebP or SVG file.')
    }
  }
  await checkText(['terms'], bundle.terms)
  for (const [at, page] of bundle.pages.entries()) await checkText(['pages', at, 'file'], page.file)
  for (const [at, task] of bundle.tasks.entries()) {
    await checkData(['tasks', at, 'scoring_program'], task.scoring_program, true)
    await checkData(['tasks', at, 'ingestion_program'], task.ingestion_program, true)
    await checkData(['tasks', at, 'input_data'], task.input_data, false)
    await checkData(['tasks', at, 'reference_data'], task.reference_data, false)
  }
  for (const [at, phase] of bundle.phases.entries()) {
    await checkData(['phases', at, 'starting_kit'], phase.starting_kit, false)
    await checkData(['phases', at, 'public_data'], phase.public_data, false)
  }
  for (const [at, solution] of bundle.solutions.entries()) {
    await checkData(['solutions', at, 'path'], solution.path, false)
  }
  return problems
}

/** The media type of a picture by its name. */
export function mediaTypeOf(path: string): string | undefined {
  return LOGO_MEDIA_TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()]
}

function isMetadata(name: string): boolean {
  return name === 'metadata' || name === 'metadata.yaml' || name === 'metadata.yml'
}

async function isZip(archive: Archive, entry: ArchiveEntry): Promise<boolean> {
  if (entry.sizeBytes < 22) return false
  const stream = await archive.openEntry(entry)
  for await (const chunk of stream) {
    const start = Buffer.from(chunk).subarray(0, 4).toString('latin1')
    stream.destroy()
    return start === 'PK\u0003\u0004' || start === 'PK\u0005\u0006'
  }
  return false
}
