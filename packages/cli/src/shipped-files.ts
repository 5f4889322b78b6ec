import { fileURLToPath } from 'node:url'

/**
 * Files that lie beside the built command: `dist/scoregate.js`, `dist/islands/`, and the examples of the clone.
 * These addresses are relative to the bundle, which is the only form in which the command runs.
 */
const bundleFolder = new URL('.', import.meta.url)

/** The browser scripts of the hub's pages. */
export const islandsFolder: string = fileURLToPath(new URL('islands/', bundleFolder))

/** The command itself, to start the parts with. */
export const commandFile: string = fileURLToPath(new URL('scoregate.js', bundleFolder))

/** The example benchmark. */
export const exampleFolder: string = fileURLToPath(new URL('../examples/sepsis-early-warning/', bundleFolder))
