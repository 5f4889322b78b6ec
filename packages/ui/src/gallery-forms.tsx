import type { Child } from 'hono/jsx'
import { Button } from './button.tsx'
import { CheckboxField, RadioGroup, SelectField } from './choice.tsx'
import { CodeBlock, Kbd } from './facts.tsx'
import { ErrorSummary, errorAt, FileField, Form, FormActions, TextField } from './form.tsx'
import { Section } from './layout.tsx'

/** The part of the gallery that is filled in: each kind of field, with errors, and rendered Markdown. */
export function GalleryForms(): Child {
  const errors = [
    { field: 'title', text: 'Enter a title of at most 80 characters.' },
    { field: 'arrival', text: 'Say what happens when a submission arrives.' },
  ]
  return (
    <Section
      title="Submission flow"
      description="Two questions decide what happens between a submission and its score."
    >
      <Form action="#" csrf="token" encType="multipart/form-data" label="Submission flow">
        <ErrorSummary errors={errors} />
        <TextField name="title" label="Title" error={errorAt(errors, 'title')} value={'T'.repeat(120)} />
        <RadioGroup
          name="arrival"
          label="When a submission arrives"
          error={errorAt(errors, 'arrival')}
          choices={[
            {
              value: 'run',
              label: 'Run it at once',
              description: 'It goes to the queue as soon as it is uploaded.',
            },
            {
              value: 'wait',
              label: 'Wait for an organizer',
              description: 'An organizer starts each one by hand.',
            },
          ]}
        />
        <RadioGroup
          name="end"
          label="When scoring ends"
          value="hold"
          choices={[
            {
              value: 'publish',
              label: 'Publish at once',
              description: 'Scores appear on the leaderboard without a look.',
            },
            {
              value: 'hold',
              label: 'Hold for data-side review',
              description: 'A reviewer at the data owner’s site looks at the results and releases them.',
            },
          ]}
        />
        <SelectField
          name="queue"
          label="Queue"
          value="a"
          options={[{ value: 'a', label: 'Hospital queue' }]}
        />
        <FileField name="file" label="Bundle" hint="A zip of at most 1 GB." accept=".zip" />
        <CheckboxField
          name="agree"
          label="Tell participants by mail"
          hint="One mail a day at most."
          isChecked
        />
        <FormActions>
          <Button kind="primary">Save</Button>
          <Button kind="quiet">Discard</Button>
        </FormActions>
      </Form>
      <CodeBlock
        label="How to submit"
        text="npx scoregate submit --competition 7 --phase final submission.zip"
      />
      <p class="muted">
        Press <Kbd>/</Kbd> to find.
      </p>
      <div class="prose">
        <h2>Overview</h2>
        <p>
          Predict sepsis <strong>six hours</strong> before onset. See <a href="#rules">the rules</a> and{' '}
          <code>score.py</code>.
        </p>
        <ul>
          <li>One stay is one row.</li>
          <li>Labels never leave the hospital.</li>
        </ul>
        <blockquote>Only checked columns are released.</blockquote>
      </div>
    </Section>
  )
}
