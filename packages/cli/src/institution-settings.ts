import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DeskConfig } from '@scoregate/desk/config'
import { type Problem, ScoregateError } from '@scoregate/protocol/errors'
import { z } from 'zod'

type Institution = NonNullable<DeskConfig['institution']>

/** How people sign in by an institution; the secret is in the environment, or in a file that the desk reads when it starts. */
export type InstitutionSetting = Omit<Institution, 'clientSecret'> & {
  readonly secret:
    | { readonly kind: 'given'; readonly value: string }
    | { readonly kind: 'file'; readonly path: string }
}

const ISSUER_WORDS =
  'the address of the provider as it names itself, with https (http only on this machine itself): https://sso.example.org/realms/hospital'
const REQUIRE_WORDS =
  'claims, each with the values of which it must have one: "acr=gold", "acr=gold,silver; groups=data-reviewers"'

const RequiredClaims = z.string().transform((text, context) => {
  const claims = text.split(';').map((part) => {
    const [, claim = '', values = ''] = /^\s*([A-Za-z0-9_.:/-]{1,128})\s*=(.*)$/s.exec(part) ?? []
    return {
      claim,
      values: values
        .split(',')
        .map((value) => value.trim())
        .filter((value) => value !== ''),
    }
  })
  if (claims.every(({ claim, values }) => claim !== '' && values.length > 0)) return claims
  context.addIssue({ code: 'custom', message: REQUIRE_WORDS })
  return z.NEVER
})

/** The variables, for the schema of all of them. */
export const INSTITUTION_VARIABLES = {
  SCOREGATE_OIDC_ISSUER: z.string().refine(isIssuer, ISSUER_WORDS).optional(),
  SCOREGATE_OIDC_CLIENT_ID: z.string().min(1).max(255).optional(),
  SCOREGATE_OIDC_CLIENT_SECRET: z.string().min(1).max(1024).optional(),
  SCOREGATE_OIDC_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  SCOREGATE_OIDC_NAME: z.string().min(1).max(60, 'a name of at most 60 signs, for the button').optional(),
  SCOREGATE_OIDC_REQUIRE: RequiredClaims.optional(),
} as const

/**
 * How people sign in by an institution, if they do. Throws `ScoregateError` (`bad-settings`) with each variable that is missing
 * or has nothing to stand for.
 */
export function institutionOf(
  read: z.infer<z.ZodObject<typeof INSTITUTION_VARIABLES>> & {
    readonly SCOREGATE_DESK_URL?: string | undefined
  },
): InstitutionSetting | undefined {
  const {
    SCOREGATE_OIDC_ISSUER: issuer,
    SCOREGATE_OIDC_CLIENT_ID: clientId,
    SCOREGATE_OIDC_CLIENT_SECRET: value,
    SCOREGATE_OIDC_CLIENT_SECRET_FILE: path,
  } = read
  const { SCOREGATE_OIDC_NAME: name, SCOREGATE_OIDC_REQUIRE: requiredClaims } = read
  if ([issuer, clientId, value, path, name, requiredClaims].every((set) => set === undefined))
    return undefined
  const problems: Problem[] = []
  const missing = (where: string, remedy: string) =>
    problems.push({ where, what: 'is not set, and signing in by an institution needs it', remedy })
  if (issuer === undefined) missing('SCOREGATE_OIDC_ISSUER', `Set it: ${ISSUER_WORDS}.`)
  if (clientId === undefined)
    missing('SCOREGATE_OIDC_CLIENT_ID', 'Set it to the name under which the provider knows this desk.')
  if (value === undefined && path === undefined)
    missing(
      'SCOREGATE_OIDC_CLIENT_SECRET_FILE',
      'Write the secret from the provider into a file, and set this to its path.',
    )
  if (value !== undefined && path !== undefined)
    problems.push({
      where: 'SCOREGATE_OIDC_CLIENT_SECRET',
      what: 'is set beside SCOREGATE_OIDC_CLIENT_SECRET_FILE',
      remedy: 'Set one of them.',
    })
  if (read.SCOREGATE_DESK_URL === undefined)
    missing(
      'SCOREGATE_DESK_URL',
      'Set it to the address of the desk as reviewers reach it: the provider leads them back there.',
    )
  if (issuer === undefined || clientId === undefined || problems.length > 0) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'bad-settings',
      message: 'The settings of signing in by an institution are not whole.',
      remedy: 'Correct what is listed, or set none of SCOREGATE_OIDC_….',
      problems,
    })
  }
  return {
    issuer,
    clientId,
    secret:
      path === undefined ? { kind: 'given', value: value ?? '' } : { kind: 'file', path: resolve(path) },
    name: name ?? new URL(issuer).hostname,
    requiredClaims: requiredClaims ?? [],
  }
}

/** The setting with its secret. Throws `ScoregateError` (`bad-settings`) when the file of the secret cannot be read or is empty. */
export async function readInstitution({ secret, ...rest }: InstitutionSetting): Promise<Institution> {
  if (secret.kind === 'given') return { ...rest, clientSecret: secret.value }
  let clientSecret = ''
  let cause: unknown
  try {
    clientSecret = (await readFile(secret.path, 'utf8')).trim()
  } catch (error) {
    cause = error
  }
  if (clientSecret !== '') return { ...rest, clientSecret }
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-settings',
    message: `SCOREGATE_OIDC_CLIENT_SECRET_FILE: ${secret.path} ${cause === undefined ? 'is empty' : 'cannot be read'}.`,
    remedy: 'Write the secret from the provider into it, readable by the user of the desk alone.',
    cause,
  })
}

/** An address with https, or with http on this machine itself; without a query, which no issuer has. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text) || /[?#\s]/.test(text)) return false
  const { protocol, hostname } = new URL(text)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isHere)
}
