import type { Child, FC } from 'hono/jsx'
import { describedBy, Field, type FieldProps, fieldId, HintAndError, type InputWidth } from './form.tsx'

/** One answer among several. A choice that cannot be taken says why. */
export interface Choice {
  readonly value: string
  readonly label: string
  readonly description?: Child | undefined
  readonly disabledReason?: string | undefined
}

/** One of a long or well-known list. */
export const SelectField: FC<
  FieldProps & {
    options: readonly { value: string; label: string }[]
    value?: string | undefined
    width?: InputWidth | undefined
    /** Of a search: it may always be left as it is, and to say so would be noise. */
    isSearch?: boolean | undefined
  }
> = (props) => (
  <Field {...props}>
    <select
      class={`input input-select input-${props.width ?? 'medium'}`}
      id={fieldId(props.name)}
      name={props.name}
      required={props.isOptional !== true && props.isSearch !== true}
      aria-invalid={props.error === undefined ? undefined : 'true'}
      aria-describedby={describedBy(props)}
    >
      {props.options.map((option) => (
        <option value={option.value} selected={option.value === props.value}>
          {option.label}
        </option>
      ))}
    </select>
  </Field>
)

/** A question with a few answers, each with a sentence of explanation. The label is the question. */
export const RadioGroup: FC<FieldProps & { choices: readonly Choice[]; value?: string | undefined }> = (
  props,
) => (
  <fieldset
    class={props.error === undefined ? 'field choice-group' : 'field choice-group field-wrong'}
    aria-describedby={describedBy(props)}
  >
    <legend class="field-label">
      {props.label}
      {props.isOptional === true && <span class="field-optional"> (optional)</span>}
    </legend>
    <HintAndError name={props.name} hint={props.hint} error={props.error} />
    {props.choices.map((choice, at) => (
      <ChoiceLine
        type="radio"
        // The summary of errors leads to the question by its first answer.
        id={at === 0 ? fieldId(props.name) : `${fieldId(props.name)}-${at}`}
        name={props.name}
        choice={choice}
        isChecked={choice.value === props.value}
      />
    ))}
  </fieldset>
)

/** Several answers at once, such as the artefacts to release. Each posts `name=value` when it is ticked. */
export const CheckboxGroup: FC<
  FieldProps & {
    choices: readonly Choice[]
    values: readonly string[]
    /** `compact`: a line for each where it fits, for a list that must be seen whole. */
    size?: 'normal' | 'compact' | undefined
  }
> = (props) => (
  <fieldset
    class={`field choice-group${props.size === 'compact' ? ' choice-group-compact' : ''}${props.error === undefined ? '' : ' field-wrong'}`}
    aria-describedby={describedBy(props)}
  >
    <legend class="field-label">{props.label}</legend>
    <HintAndError name={props.name} hint={props.hint} error={props.error} />
    {props.choices.map((choice, at) => (
      <ChoiceLine
        type="checkbox"
        id={at === 0 ? fieldId(props.name) : `${fieldId(props.name)}-${at}`}
        name={props.name}
        choice={choice}
        isChecked={props.values.includes(choice.value)}
      />
    ))}
  </fieldset>
)

/** A single yes or no. Posts `name=value` (value "yes" unless given) when it is ticked, and nothing when it is not. */
export const CheckboxField: FC<
  FieldProps & { isChecked?: boolean | undefined; value?: string | undefined }
> = (props) => (
  <div class={props.error === undefined ? 'field' : 'field field-wrong'}>
    <HintAndError name={props.name} hint={undefined} error={props.error} />
    <ChoiceLine
      type="checkbox"
      id={fieldId(props.name)}
      name={props.name}
      choice={{ value: props.value ?? 'yes', label: props.label, description: props.hint }}
      isChecked={props.isChecked === true}
    />
  </div>
)

const ChoiceLine: FC<{
  type: 'radio' | 'checkbox'
  id: string
  name: string
  choice: Choice
  isChecked: boolean
}> = ({ type, id, name, choice, isChecked }) => {
  const notes = choice.description !== undefined || choice.disabledReason !== undefined
  return (
    <div class={choice.disabledReason === undefined ? 'choice' : 'choice choice-disabled'}>
      <input
        class="choice-input"
        type={type}
        id={id}
        name={name}
        value={choice.value}
        checked={isChecked}
        disabled={choice.disabledReason !== undefined}
        aria-describedby={notes ? `${id}-note` : undefined}
      />
      <div class="choice-words">
        <label class="choice-label" for={id}>
          {choice.label}
        </label>
        {notes && (
          <div class="choice-note" id={`${id}-note`}>
            {choice.description !== undefined && <div>{choice.description}</div>}
            {choice.disabledReason !== undefined && <div class="choice-reason">{choice.disabledReason}</div>}
          </div>
        )}
      </div>
    </div>
  )
}
