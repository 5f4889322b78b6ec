// `npm run bench`: installs what is missing and measures; says nothing about a machine that does something else meanwhile.
import { installNpmPackages, requireNode, run } from './install.js'

requireNode()
installNpmPackages()
run('npx', ['--no-install', 'tsx', 'bench/run.ts', ...process.argv.slice(2)])
