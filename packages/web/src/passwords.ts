import { hash, verify } from '@node-rs/argon2'
import { type Problem, ScoregateError } from '@scoregate/protocol/errors'
import { newSecret } from './secrets.ts'

const MIN_PASSWORD_LENGTH = 10
const MAX_PASSWORD_LENGTH = 1000
const USERNAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{1,63}$/
/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** What is stored of a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2)
}

// Compared with when a name is unknown, so that unknown names cost as much time as wrong passwords.
const decoyHash = hashPassword(newSecret())

/** Whether a password is the one of this hash; without a hash it never is, and takes as long. */
export async function isPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await decoyHash), password.slice(0, MAX_PASSWORD_LENGTH))
  return matches && passwordHash !== undefined
}

/** Throws `ScoregateError` (`bad-account`) with all that is wrong with the name or the password of an account. */
export function refuseBadAccount(given: { username?: string; password?: string }): void {
  const problems: Problem[] = []
  if (given.username !== undefined && !USERNAME.test(given.username)) {
    problems.push({
      where: 'username',
      what: 'is not a name that can be used',
      remedy: 'Use 2 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit.',
    })
  }
  const length = given.password?.length
  if (length !== undefined && (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH)) {
    problems.push({
      where: 'password',
      what: 'is too short or too long',
      remedy: `Use at least ${MIN_PASSWORD_LENGTH} characters; a few words that you remember do well.`,
    })
  }
  if (problems.length === 0) return
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-account',
    message: given.username === undefined ? 'The password was not taken.' : 'The account was not made.',
    remedy: 'Correct what is listed and send it again.',
    problems,
  })
}

/** The error for a name that somebody has. */
export function usernameTaken(username: string): ScoregateError {
  return new ScoregateError({
    kind: 'conflict',
    code: 'username-taken',
    message: `The name "${username}" is taken.`,
    remedy: 'Choose another name.',
    problems: [{ where: 'username', what: 'is taken', remedy: 'Choose another name.' }],
  })
}
