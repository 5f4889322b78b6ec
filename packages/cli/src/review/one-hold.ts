import { HOLDS_PATH, HoldDetails, type HoldFile } from '@scoregate/desk/hold-api'
import { ScoregateError } from '@scoregate/protocol/errors'
import { ask, type Connection } from '../connection.ts'

/** The address of a hold in the API, with what comes after it. */
export function holdPath(id: string, rest = ''): string {
  return `${HOLDS_PATH}/${encodeURIComponent(id)}${rest}`
}

/** One hold as the desk shows it now. Throws `ScoregateError` where there is none. */
export function oneHold(desk: Connection, id: string): Promise<HoldDetails> {
  return ask(desk, { method: 'GET', path: holdPath(id) }, HoldDetails)
}

/**
 * The file of a hold that somebody named: by its number, by `section/path`, or by a path that only one file has. Throws
 * `ScoregateError` (`no-such-file`, `which-file`).
 */
export function findFile(hold: HoldDetails, name: string): HoldFile {
  const byNumber = /^[0-9]{1,9}$/.test(name) ? hold.files[Number(name)] : undefined
  if (byNumber !== undefined) return byNumber
  const whole = hold.files.find(({ section, path }) => `${section}/${path}` === name)
  if (whole !== undefined) return whole
  const [only, ...others] = hold.files.filter(({ path }) => path === name)
  if (only !== undefined && others.length === 0) return only
  throw new ScoregateError({
    kind: only === undefined ? 'not-found' : 'bad-input',
    code: only === undefined ? 'no-such-file' : 'which-file',
    message:
      only === undefined
        ? `Hold ${hold.id} has no file "${name}".`
        : `Hold ${hold.id} has several files "${name}".`,
    remedy: `Name it by its number or as section/path; scoregate review files ${hold.id} lists them.`,
  })
}
