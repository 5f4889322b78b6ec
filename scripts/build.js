import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { installNpmPackages, requireNode, root } from './install.js'

/** Builds the `scoregate` command: one bundle, the browser scripts, and the files that the pages link to. */
export async function build() {
  const { build: bundle } = await import('esbuild')
  const target = `${root}/dist`
  mkdirSync(target, { recursive: true })

  // npm packages stay outside the bundle (two of them bring machine code); our own rooms go in.
  const manifests = readdirSync(`${root}/packages`).map((name) =>
    JSON.parse(readFileSync(`${root}/packages/${name}/package.json`, 'utf8')),
  )
  const external = new Set(
    manifests.flatMap((manifest) => Object.keys(manifest.dependencies ?? {})).filter(isForeign),
  )
  await bundle({
    // The thread of the checks is a program of its own, which the desk starts from beside the command.
    entryPoints: {
      scoregate: `${root}/packages/cli/src/main.ts`,
      'check-thread': `${root}/packages/desk/src/checks/check-thread.ts`,
    },
    outdir: target,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    sourcemap: true,
    external: [...external].flatMap((name) => [name, `${name}/*`]),
    logLevel: 'warning',
  })

  rmSync(`${target}/islands`, { recursive: true, force: true })
  const islands = ['hub', 'desk'].flatMap((site) => {
    const folder = `${root}/packages/${site}/src/islands`
    return readdirSync(folder)
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
      .map((name) => `${folder}/${name}`)
  })
  await bundle({
    entryPoints: islands,
    outdir: `${target}/islands`,
    entryNames: '[name]',
    bundle: true,
    splitting: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
  })

  rmSync(`${target}/assets`, { recursive: true, force: true })
  cpSync(`${root}/packages/ui/src/assets`, `${target}/assets`, { recursive: true })
  // Started by itself, and found beside the bundle.
  const decoder = 'decode-program.cjs'
  cpSync(`${root}/packages/desk/src/viewers/${decoder}`, `${target}/${decoder}`)
}

/** @param {string} name */
function isForeign(name) {
  return !name.startsWith('@scoregate/')
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  requireNode()
  installNpmPackages()
  await build()
}
