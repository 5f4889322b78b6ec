import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** open(2): the flag of a file that does not outlive an exec, as /proc/<pid>/fdinfo shows it. */
const O_CLOEXEC = 0o2000000

/**
 * Closes files that this process was born with beside the standard three and that its children would get as well: what
 * a careless starter left open must not be found inside a room. Node's own files are marked not to be inherited. To be
 * called once, when a worker's process starts; returns how many were closed.
 */
export function closeInheritedFiles(): number {
  let closed = 0
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name)
    if (fd <= 2 || !isInheritable(fd)) continue
    closeSync(fd)
    closed += 1
  }
  return closed
}

function isInheritable(fd: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
    const flags = /^flags:\s*([0-7]+)$/m.exec(info)?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0
  } catch {
    // The listing's own handle, closed by now.
    return false
  }
}
