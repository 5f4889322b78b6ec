import type { FC } from 'hono/jsx'

/**
 * What makes a form ask a passkey before it is sent: a browser script puts the question of the address `question` to the
 * authenticator, over what the form says, and its answer into this field. Without script nothing of it is to be seen, but
 * for `withoutScript`.
 */
export const PasskeyField: FC<{
  /** Whether a passkey is made, or used. */
  act: 'create' | 'use'
  question: string
  /** The address where passkeys work; elsewhere a browser gives none. */
  origin: string
  /** On a button that sends the form without a passkey, offered once one was asked for in vain. */
  skip?: string | undefined
  withoutScript?: string | undefined
}> = ({ act, question, origin, skip, withoutScript }) => (
  <>
    <input type="hidden" name="passkey" data-passkey={act} data-question={question} data-origin={origin} />
    <p class="field-error" role="status" data-passkey-words hidden />
    {skip !== undefined && (
      <button type="submit" class="button button-secondary button-normal" data-passkey-skip hidden>
        <span>{skip}</span>
      </button>
    )}
    {withoutScript !== undefined && (
      <noscript>
        <p class="field-hint">{withoutScript}</p>
      </noscript>
    )}
  </>
)
