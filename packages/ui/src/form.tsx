import type { Child, FC, PropsWithChildren } from 'hono/jsx'

/** The name of the hidden field in which every form carries its token against forged requests. */
export const CSRF_FIELD = 'csrf'

/** Something wrong with a form. With the name of a field the summary links to it. */
export interface FormError {
  readonly field?: string | undefined
  readonly text: string
}

/** What every kind of field has: a name in the form, a label, and perhaps a hint, an error, a mark that it may be left out. */
export interface FieldProps {
  readonly name: string
  readonly label: string
  readonly hint?: Child | undefined
  readonly error?: string | undefined
  /** Adds "(optional)" to the label. Fields are required unless they say so. */
  readonly isOptional?: boolean | undefined
}

/** The id of a field's input, which an error summary links to. */
export function fieldId(name: string): string {
  return `field-${name}`
}

/** The text of the error at a field, to pass to the field itself; several errors are joined. */
export function errorAt(errors: readonly FormError[], field: string): string | undefined {
  const texts = errors.filter((error) => error.field === field).map((error) => error.text)
  return texts.length === 0 ? undefined : texts.join(' ')
}

/** A form that posts, with its token. Pass `encType` for files. */
export const Form: FC<
  PropsWithChildren<{
    action: string
    csrf: string
    id?: string | undefined
    encType?: 'multipart/form-data' | undefined
    /** `inline` lays its children in a row, for a lone button or a filter. */
    layout?: 'stacked' | 'inline' | undefined
    /** Names the form for screen readers where a page has several. */
    label?: string | undefined
  }>
> = ({ action, csrf, id, encType, layout = 'stacked', label, children }) => (
  <form
    class={`form form-${layout}`}
    method="post"
    action={action}
    id={id}
    enctype={encType}
    aria-label={label}
  >
    <input type="hidden" name={CSRF_FIELD} value={csrf} />
    {children}
  </form>
)

/** A form that only asks, such as a search or a filter: it changes nothing and needs no token. */
export const SearchForm: FC<PropsWithChildren<{ action: string; label: string }>> = ({
  action,
  label,
  children,
}) => (
  <search>
    <form class="form form-inline" method="get" action={action} aria-label={label}>
      {children}
    </form>
  </search>
)

/** A search that is folded up until it is of use; `isOpen` while it narrows what is shown. */
export const FoldedSearch: FC<
  PropsWithChildren<{ action: string; label: string; summary: string; isOpen: boolean }>
> = ({ action, label, summary, isOpen, children }) => (
  <search>
    <details class="filter" open={isOpen}>
      <summary class="filter-summary">{summary}</summary>
      <form class="form form-inline filter-form" method="get" action={action} aria-label={label}>
        {children}
      </form>
    </details>
  </search>
)

/** The buttons at the end of a form, the most important first. */
export const FormActions: FC<PropsWithChildren> = ({ children }) => <div class="form-actions">{children}</div>

/** All that is wrong with a form, at its top, each line leading to its field. Nothing when there is nothing wrong. */
export const ErrorSummary: FC<{ errors: readonly FormError[]; title?: string | undefined }> = ({
  errors,
  title = 'There is a problem',
}) =>
  errors.length === 0 ? null : (
    <div class="error-summary" role="alert" tabindex={-1}>
      <p class="error-summary-title">{title}</p>
      <ul>
        {errors.map((error) => (
          <li>
            {error.field === undefined ? error.text : <a href={`#${fieldId(error.field)}`}>{error.text}</a>}
          </li>
        ))}
      </ul>
    </div>
  )

/** A label, hint and error around an input of the page's own. The input must use `fieldId(name)` and `describedBy`. */
export const Field: FC<PropsWithChildren<FieldProps>> = ({
  name,
  label,
  hint,
  error,
  isOptional,
  children,
}) => (
  <div class={error === undefined ? 'field' : 'field field-wrong'}>
    <label class="field-label" for={fieldId(name)}>
      {label}
      {isOptional === true && <span class="field-optional"> (optional)</span>}
    </label>
    <HintAndError name={name} hint={hint} error={error} />
    {children}
  </div>
)

/** The value of `aria-describedby` for an input inside a `Field`. */
export function describedBy({
  name,
  hint,
  error,
}: Pick<FieldProps, 'name' | 'hint' | 'error'>): string | undefined {
  const ids = [
    ...(hint === undefined ? [] : [`${fieldId(name)}-hint`]),
    ...(error === undefined ? [] : [`${fieldId(name)}-error`]),
  ]
  return ids.length === 0 ? undefined : ids.join(' ')
}

/** The hint and the error of a field, tied to its input by `describedBy`. */
export const HintAndError: FC<Pick<FieldProps, 'name' | 'hint' | 'error'>> = ({ name, hint, error }) => (
  <>
    {hint !== undefined && (
      <div class="field-hint" id={`${fieldId(name)}-hint`}>
        {hint}
      </div>
    )}
    {error !== undefined && (
      <p class="field-error" id={`${fieldId(name)}-error`}>
        <span class="visually-hidden">Error: </span>
        {error}
      </p>
    )}
  </>
)

/** How wide an input is: as wide as what goes in it, so that its size is a hint. */
export type InputWidth = 'short' | 'medium' | 'full'

/** One line of text. */
export const TextField: FC<
  FieldProps & {
    type?: 'text' | 'email' | 'password' | 'search' | 'url' | 'number' | 'date' | 'datetime-local' | undefined
    value?: string | undefined
    placeholder?: string | undefined
    autocomplete?: string | undefined
    width?: InputWidth | undefined
    /** For digests, tokens and keys. */
    isMonospace?: boolean | undefined
    min?: string | undefined
    max?: string | undefined
    step?: string | undefined
    maxLength?: number | undefined
  }
> = (props) => (
  // A search field may always be empty; to say so would be noise.
  <Field {...props} isOptional={props.type === 'search' ? false : props.isOptional}>
    <input
      class={`input input-${props.width ?? 'full'}${props.isMonospace === true ? ' monospace' : ''}`}
      id={fieldId(props.name)}
      name={props.name}
      type={props.type ?? 'text'}
      value={props.value}
      placeholder={props.placeholder}
      autocomplete={props.autocomplete}
      min={props.min}
      max={props.max}
      step={props.step}
      maxlength={props.maxLength}
      required={props.isOptional !== true && props.type !== 'search'}
      aria-invalid={props.error === undefined ? undefined : 'true'}
      aria-describedby={describedBy(props)}
    />
  </Field>
)

/** Several lines of text. */
export const TextArea: FC<
  FieldProps & {
    value?: string | undefined
    rows?: number | undefined
    isMonospace?: boolean | undefined
    maxLength?: number | undefined
  }
> = (props) => (
  <Field {...props}>
    <textarea
      class={`input input-full${props.isMonospace === true ? ' monospace' : ''}`}
      id={fieldId(props.name)}
      name={props.name}
      rows={props.rows ?? 4}
      maxlength={props.maxLength}
      required={props.isOptional !== true}
      aria-invalid={props.error === undefined ? undefined : 'true'}
      aria-describedby={describedBy(props)}
    >
      {props.value ?? ''}
    </textarea>
  </Field>
)

/** A file to upload. Its form needs `encType="multipart/form-data"`. */
export const FileField: FC<FieldProps & { accept?: string | undefined; isMultiple?: boolean | undefined }> = (
  props,
) => (
  <Field {...props}>
    <input
      class="input-file"
      type="file"
      id={fieldId(props.name)}
      name={props.name}
      accept={props.accept}
      multiple={props.isMultiple}
      required={props.isOptional !== true}
      aria-invalid={props.error === undefined ? undefined : 'true'}
      aria-describedby={describedBy(props)}
    />
  </Field>
)
