import type { Child, FC, PropsWithChildren } from 'hono/jsx'
import { Icon, type IconName } from './icon.tsx'

/** One `primary` on a page at most; `danger` for what cannot be undone; `quiet` for what should not draw the eye. */
export type ButtonKind = 'primary' | 'secondary' | 'danger' | 'quiet'

interface Looks {
  readonly kind?: ButtonKind | undefined
  readonly size?: 'small' | 'normal' | undefined
  readonly icon?: IconName | undefined
}

/** A button that submits its form. With `disabledReason` it cannot be pressed, and says why. */
export const Button: FC<
  PropsWithChildren<
    Looks & {
      name?: string | undefined
      value?: string | undefined
      /** The id of a form elsewhere on the page. */
      form?: string | undefined
      formAction?: string | undefined
      disabledReason?: string | undefined
    }
  >
> = ({
  kind = 'secondary',
  size = 'normal',
  icon,
  name,
  value,
  form,
  formAction,
  disabledReason,
  children,
}) => {
  const button = (
    <button
      type="submit"
      class={`button button-${kind} button-${size}`}
      name={name}
      value={value}
      form={form}
      formaction={formAction}
      disabled={disabledReason !== undefined}
    >
      <ButtonFace icon={icon}>{children}</ButtonFace>
    </button>
  )
  if (disabledReason === undefined) return button
  return (
    <span class="button-with-reason">
      {button}
      <span class="button-reason">{disabledReason}</span>
    </span>
  )
}

/** A link that looks like a button: it leads somewhere and changes nothing. */
export const ButtonLink: FC<
  PropsWithChildren<
    Looks & {
      href: string
      /** Save under this name instead of opening. */
      download?: string | undefined
      /** Its name where the words on it stand on many: those words, and what they are about. */
      label?: string | undefined
    }
  >
> = ({ kind = 'secondary', size = 'normal', icon, href, download, label, children }) => (
  <a class={`button button-${kind} button-${size}`} href={href} download={download} aria-label={label}>
    <ButtonFace icon={icon}>{children}</ButtonFace>
  </a>
)

const ButtonFace: FC<{ icon: IconName | undefined; children?: Child }> = ({ icon, children }) => (
  <>
    {icon !== undefined && <Icon name={icon} />}
    <span>{children}</span>
  </>
)

/**
 * A second thought before something that cannot be undone, without script: the first press opens the question,
 * and only the form inside (passed as children) acts.
 */
export const Confirm: FC<
  PropsWithChildren<{
    /** On the button that opens the question. */
    label: string
    kind?: ButtonKind | undefined
    icon?: IconName | undefined
    title: string
    text?: Child | undefined
    /** Open from the start, as when the form came back with errors. */
    isOpen?: boolean | undefined
  }>
> = ({ label, kind = 'danger', icon, title, text, isOpen, children }) => (
  <details class="confirm" open={isOpen}>
    <summary class={`button button-${kind} button-normal`}>
      <ButtonFace icon={icon}>{label}</ButtonFace>
    </summary>
    <div class={`confirm-question confirm-${kind}`}>
      <p class="confirm-title">{title}</p>
      {text !== undefined && <div class="confirm-text">{text}</div>}
      {children}
    </div>
  </details>
)
