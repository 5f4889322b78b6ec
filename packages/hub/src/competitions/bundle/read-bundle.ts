import type { Problem } from '@scoregate/protocol/errors'
import type { Archive } from '../../archives/archive.ts'
import { type BundleFiles, bundleFiles, type FindDataset, fileProblems } from './bundle-files.ts'
import { ruleProblems } from './bundle-rules.ts'
import { BundleTop } from './bundle-schema.ts'
import { parseBundleYaml } from './bundle-yaml.ts'
import { readLeniently } from './lenient-bundle.ts'
import { schemaProblems } from './schema-problems.ts'

export type BundleReading =
  | { readonly kind: 'bundle'; readonly top: BundleTop; readonly files: BundleFiles }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

const YAML_NAME = 'competition.yaml'
const MAX_YAML_BYTES = 1_048_576
const MAX_PROBLEMS = 200

/**
 * Reads a Codabench v2 bundle. Either it is whole, or all of its problems come at once, in the order of the file: those
 * of the YAML, of the schema, between its parts, and of the files that it names.
 */
export async function readBundle(archive: Archive, findDataset: FindDataset): Promise<BundleReading> {
  const topFolder = findTopFolder(archive)
  if (topFolder === undefined) return refused(missingYaml(archive))
  const fileName = YAML_NAME
  const entry = archive.entries.find((one) => one.path === topFolder + fileName)
  const bytes = entry && (await archive.readEntry(entry, MAX_YAML_BYTES))
  if (bytes === undefined) {
    return refused({ where: fileName, what: 'is larger than 1 MiB', remedy: 'Make it shorter.' })
  }
  const parsed = parseBundleYaml(bytes.toString('utf8'), fileName)
  if (parsed.kind === 'refused') return parsed
  const { yaml } = parsed
  const versionProblem = refuseVersion(yaml.value, yaml.place(['version']))
  if (versionProblem !== undefined) return refused(versionProblem)

  const top = BundleTop.safeParse(yaml.value)
  const lenient = readLeniently(yaml.value)
  const files = bundleFiles(archive, topFolder, findDataset)
  const problems = [
    ...(top.success ? [] : schemaProblems(yaml, top.error.issues)),
    ...ruleProblems(yaml, lenient),
    ...(await fileProblems(yaml, lenient, { archive, files, topFolder })),
  ]
  if (top.success && problems.length === 0) return { kind: 'bundle', top: top.data, files }
  return { kind: 'refused', problems: inOrder(problems).slice(0, MAX_PROBLEMS) }
}

/** The folder with `competition.yaml`: the root, or the only folder at the root (as file managers make zips). */
function findTopFolder(archive: Archive): string | undefined {
  const paths = archive.entries.map((entry) => entry.path)
  if (paths.includes(YAML_NAME)) return ''
  const [folder] = new Set(paths.map((path) => path.slice(0, path.indexOf('/') + 1)))
  const isOnly = folder !== undefined && folder !== '' && paths.every((path) => path.startsWith(folder))
  return isOnly && paths.includes(folder + YAML_NAME) ? folder : undefined
}

function missingYaml(archive: Archive): Problem {
  const near = archive.entries.find((entry) => /(^|\/)competition\.ya?ml$/i.test(entry.path))
  return {
    where: YAML_NAME,
    what: 'is not at the top of the zip',
    remedy:
      near === undefined
        ? 'Put a file named competition.yaml at the top of the zip.'
        : `"${near.path.slice(0, 200)}" was found: move it to the top and name it competition.yaml.`,
  }
}

/** Codabench compares the version as text: `2`, and nothing else, is version 2. */
function refuseVersion(value: unknown, where: string): Problem | undefined {
  const version =
    typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (String(version) === '2') return undefined
  const isOld = version === undefined || ['1', '1.5', '1.8'].includes(String(version))
  return {
    where,
    what: isOld
      ? 'is a bundle of version 1, which this hub does not read yet'
      : `names the version ${JSON.stringify(version)}, which does not exist`,
    remedy: 'Write "version: 2" and the keys of version 2 (phases, tasks, leaderboards as lists).',
  }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  const line = (problem: Problem) => Number(/:(\d+)$/.exec(problem.where)?.[1] ?? 0)
  const seen = new Set<string>()
  return [...problems]
    .sort((a, b) => line(a) - line(b))
    .filter((problem) => {
      const key = `${problem.where} ${problem.what}`
      const isNew = !seen.has(key)
      seen.add(key)
      return isNew
    })
}

function refused(problem: Problem): BundleReading {
  return { kind: 'refused', problems: [problem] }
}
