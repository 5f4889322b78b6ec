import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser'

/**
 * Asks a passkey before a form is sent. The desk makes the question from what the form says; the answer goes into the
 * form's own field, and then the form is sent as it would be without script. Nothing is sent when nothing was answered.
 */
for (const field of document.querySelectorAll<HTMLInputElement>('input[data-passkey]')) {
  if (field.form !== null) prepare(field, field.form)
}

function prepare(field: HTMLInputElement, form: HTMLFormElement): void {
  const skip = form.querySelector<HTMLButtonElement>('[data-passkey-skip]')
  const words = form.querySelector<HTMLElement>('[data-passkey-words]')
  let isAsking = false
  for (const only of [form, ...form.querySelectorAll<HTMLElement>('[data-with-script]')]) only.hidden = false
  form.addEventListener('submit', async (event) => {
    const isLetThrough = field.value !== '' || (skip !== null && event.submitter === skip)
    if (isLetThrough) return
    event.preventDefault()
    if (isAsking) return
    isAsking = true
    tell(words, 'Your browser asks you for your passkey.')
    try {
      field.value = JSON.stringify(await askPasskey(field, form, event.submitter))
      form.requestSubmit(event.submitter)
      // Whoever comes back to this page is asked anew: an answer is good for one form, once.
      field.value = ''
    } catch (error) {
      tell(words, sentenceOf(error, field))
      if (skip !== null) skip.hidden = false
    } finally {
      isAsking = false
    }
  })
}

async function askPasskey(
  field: HTMLInputElement,
  form: HTMLFormElement,
  submitter: HTMLElement | null,
): Promise<unknown> {
  const { question = '', origin = '', passkey } = field.dataset
  if (!browserSupportsWebAuthn() || location.origin !== origin) throw new ElsewhereError()
  const fields = [...new FormData(form, submitter)].map(([name, value]) => [name, String(value)])
  const answer = await fetch(question, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(fields),
    redirect: 'error',
  })
  const body = await answer.json()
  if (!answer.ok) throw new DeskError(`${body.detail} ${body.remedy}`)
  return passkey === 'create'
    ? startRegistration({ optionsJSON: body })
    : startAuthentication({ optionsJSON: body })
}

/** The desk would not ask, and said why. */
class DeskError extends Error {}

/** The page was opened where passkeys do not work. */
class ElsewhereError extends Error {}

function sentenceOf(error: unknown, field: HTMLInputElement): string {
  if (error instanceof DeskError) return error.message
  if (error instanceof ElsewhereError) {
    return `Passkeys work in a browser that has them, at ${field.dataset['origin']}. Open the desk there.`
  }
  if (error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') {
    return 'This passkey is yours already.'
  }
  return 'No passkey was used, so nothing was sent. Try again when yours is at hand.'
}

function tell(words: HTMLElement | null, text: string): void {
  if (words === null) return
  words.textContent = text
  words.hidden = false
}
