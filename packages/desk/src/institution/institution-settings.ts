/** How a desk knows the provider of an institution (OpenID Connect), by whose accounts its people may sign in. */
export type InstitutionSettings = {
  /** The provider's address as it names itself; its metadata are found below it. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What the button and the pages call it. */
  readonly name: string
  /** Claims without which a sign-in is refused, such as that a second factor was used: each has one of its values. */
  readonly requiredClaims: readonly RequiredClaim[]
}

/** A claim of the provider, and the values of which it must have one. */
export type RequiredClaim = { readonly claim: string; readonly values: readonly string[] }
