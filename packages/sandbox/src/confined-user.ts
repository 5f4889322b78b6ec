/** The user and group, by number, that confined processes are on the host. */
export type ConfinedUser = { readonly uid: number; readonly gid: number }

// Above the range that distributions give to people (up to 60000) and below `nobody` (65534), so that on an ordinary
// host no account has it and it owns no file but our output folders.
const UNPRIVILEGED: ConfinedUser = { uid: 64_000, gid: 64_000 }

/** A worker that is root gives its programs a user who owns nothing; any other worker can only give its own. */
export function defaultConfinedUser(): ConfinedUser {
  const uid = process.getuid?.()
  const gid = process.getgid?.()
  if (uid === undefined || gid === undefined) throw new Error('Confined runs need Linux.')
  return uid === 0 ? UNPRIVILEGED : { uid, gid }
}
