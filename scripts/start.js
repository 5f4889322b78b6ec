// `npm start`: installs what is missing, builds, and starts everything on this machine. It uses nothing but Node, since
// it runs before anything is installed.
import { build } from './build.js'
import { installNpmPackages, requireNode, root } from './install.js'

requireNode()
installNpmPackages()
process.stdout.write('Building …\n')
await build()
process.argv.splice(2, 0, 'start')
await import(`${root}/dist/scoregate.js`)
