import { CodeBlock } from '@scoregate/ui/facts'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import type { FC } from 'hono/jsx'
import { UploadForm } from '../upload-form.tsx'

/** Makes a competition from a bundle. */
export const NewCompetitionPage: FC<{ csrf: string; hubUrl: string }> = ({ csrf, hubUrl }) => (
  <>
    <PageHeader
      title="New competition"
      description="A competition is made from a bundle: one zip with its description, programs and data."
    />
    <Card>
      <UploadForm
        island="bundle"
        name="bundle"
        label="Bundle"
        hint="A zip with competition.yaml at its top level, in the format of Codabench (version 2). Choose it, or drop it here."
        button="Upload and make the competition"
        csrf={csrf}
      />
    </Card>
    <Card title="From the command line">
      <Stack>
        <p>The same, and just as good for a bundle of many gigabytes:</p>
        <CodeBlock
          label="The command"
          text={`scoregate competition upload bundle.zip \\\n  --hub ${hubUrl} --token <your token>`}
        />
      </Stack>
    </Card>
  </>
)
