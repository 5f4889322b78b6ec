import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'

/** Whether a program can be found on the search path. */
export async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const folder of folders) {
    try {
      await access(join(folder, program), constants.X_OK)
      return true
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  return false
}

/**
 * Installs Debian packages, as root or by `sudo` where that asks for no password. Throws `ScoregateError` with the one
 * line to type where this user may not install or where the machine has no apt.
 */
export async function installPackages(packages: readonly string[], say: (line: string) => void) {
  const line = `sudo apt-get install -y ${packages.join(' ')}`
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const mayInstall =
    (await isInstalled('apt-get')) && (asRoot.length === 0 || (await succeeds(['sudo', '-n', 'true'])))
  if (!mayInstall) throw cannotInstall(packages, line)
  say(`Installing ${packages.join(' and ')} with apt …`)
  const install = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq']
  const isDone =
    (await succeeds([...install, ...packages])) ||
    // A new machine has no package lists yet.
    ((await succeeds([...asRoot, 'apt-get', 'update', '-qq'])) && (await succeeds([...install, ...packages])))
  if (!isDone) throw cannotInstall(packages, line)
}

function succeeds(command: readonly string[]): Promise<boolean> {
  const [program = '', ...parameters] = command
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}

function cannotInstall(packages: readonly string[], line: string): ScoregateError {
  return new ScoregateError({
    kind: 'internal',
    code: 'packages-missing',
    message: `No container engine answers, and ${packages.join(' and ')} could not be installed from here.`,
    remedy: `Type this, then start again:\n\n    ${line}\n\n  or start Docker or Podman.`,
  })
}
