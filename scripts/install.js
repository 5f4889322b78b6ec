import { spawnSync } from 'node:child_process'
import { existsSync, statSync, utimesSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the clone. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const OLDEST_NODE = [20, 19]

/** Ends the program with a plain sentence when Node is too old to run Scoregate. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = OLDEST_NODE
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  fail(`Scoregate needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`)
}

/** Installs the npm packages of the lockfile, unless that was done since the lockfile changed. */
export function installNpmPackages() {
  const done = `${root}/node_modules/.package-lock.json`
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(`${root}/package-lock.json`).mtimeMs) return
  process.stdout.write('Installing npm packages …\n')
  // Not `npm ci`: it refuses a lockfile that lacks a package for another kind of machine, as one made behind a partial
  // registry does. This takes the versions of the lockfile all the same, and writes none.
  run('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'])
  // npm leaves its record as it was when nothing had to change, and each start would ask it again.
  const now = new Date()
  if (existsSync(done)) utimesSync(done, now, now)
}

/**
 * Runs a program in the root of the clone and ends this one when it fails.
 *
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {NodeJS.ProcessEnv} [environment]
 */
export function run(program, parameters, environment = process.env) {
  const { status, error } = spawnSync(program, parameters, { cwd: root, stdio: 'inherit', env: environment })
  if (error !== undefined) fail(`${program} could not be started: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * Ends the program with a sentence on standard error.
 *
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence) {
  process.stderr.write(`error: ${sentence}\n`)
  process.exit(1)
}
