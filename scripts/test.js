// `npm test`: installs what the tests need, then types, lint, and every test: unit, integration, browser.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { build } from './build.js'
import { fail, installNpmPackages, requireNode, run } from './install.js'

requireNode()
installNpmPackages()
installDebianPackages()
process.stdout.write('Types and lint …\n')
run('npx', ['--no-install', 'tsc', '--noEmit'])
run('npx', ['--no-install', 'biome', 'check', '--error-on-warnings', '.'])
process.stdout.write('Building …\n')
await build()
const chosen = process.argv.slice(2)
run('npx', ['--no-install', 'vitest', 'run', ...chosen])

/** The tests confine real programs, and start a real browser and a real terminal. */
function installDebianPackages() {
  const wanted = [
    { program: '/usr/bin/bwrap', name: 'bubblewrap' },
    { program: '/usr/bin/python3', name: 'python3' },
    { program: '/usr/bin/chromium', name: 'chromium' },
    { program: '/usr/bin/tmux', name: 'tmux' },
    { program: '/usr/bin/setpriv', name: 'util-linux' },
    { program: '/usr/bin/less', name: 'less' },
    { program: '/usr/bin/zsh', name: 'zsh' },
    { program: '/usr/bin/fish', name: 'fish' },
  ]
  const missing = wanted.filter(({ program }) => !existsSync(program)).map(({ name }) => name)
  if (missing.length === 0) return
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const line = `apt-get install -y ${missing.join(' ')}`
  process.stdout.write(`Installing ${missing.join(', ')} with apt …\n`)
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq']
  for (const step of [['update'], ['install', '-y', ...missing]]) {
    const [program = '', ...parameters] = [...asRoot, ...quiet, ...step]
    const { status } = spawnSync(program, parameters, { stdio: ['ignore', 'ignore', 'inherit'] })
    if (status !== 0) fail(`the tests need ${missing.join(', ')}. Type: sudo ${line}`)
  }
}
