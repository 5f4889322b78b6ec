import { shortKeyId } from '@scoregate/gate/receipt'
import { ButtonLink } from '@scoregate/ui/button'
import { CodeBlock, DefinitionList, Digest, InertName } from '@scoregate/ui/facts'
import { Card, Cluster, Stack } from '@scoregate/ui/layout'
import { absoluteMinute } from '@scoregate/ui/plain-time'
import type { FC } from 'hono/jsx'
import type { ReceiptView } from '../../releases/load-receipts.ts'
import type { SubmissionView } from '../../submissions/submission-view.ts'
import { paths } from '../paths.ts'

/** The data owner's signed word on a submission: who decided, and how anybody can check it. */
export const ReceiptCard: FC<{ submission: SubmissionView; hubUrl: string }> = ({ submission, hubUrl }) => {
  const receipt = submission.receipts.at(-1)
  if (receipt === undefined) return null
  return (
    <Card title="Receipt" description={<DecisionLine receipt={receipt} />}>
      <Stack>
        <p>{EXPLANATIONS[receipt.outcome]}</p>
        <DefinitionList
          items={[
            { term: 'Sealed result', value: <Digest value={receipt.hold} /> },
            {
              term: 'Signed with the key',
              value: (
                <a href={paths.siteKey(receipt.keyId)}>
                  <code>{shortKeyId(receipt.keyId)}</code>
                </a>
              ),
            },
          ]}
        />
        <Cluster>
          <ButtonLink href={paths.receipt(submission.id)} icon="download" download="">
            Download the receipt
          </ButtonLink>
          {submission.hasReleasedScores && (
            <ButtonLink href={paths.releasedScores(submission.id)} kind="quiet" icon="download" download="">
              Scores as released
            </ButtonLink>
          )}
        </Cluster>
        <details>
          <summary>How to check it</summary>
          <Stack>
            <p>
              On any machine, without an account. Ask the data owner for the key and give it with{' '}
              <Option name="--key" /> instead of <Option name="--hub" />; then you need not trust this site
              either.
            </p>
            <CodeBlock label="The command" text={checkCommand(submission, hubUrl)} />
          </Stack>
        </details>
      </Stack>
    </Card>
  )
}

const Option: FC<{ name: string }> = ({ name }) => <code class="command-option">{name}</code>

/** "Released by NAME on DATE", or what there was instead of a person. */
export const DecisionLine: FC<{ receipt: ReceiptView }> = ({ receipt: { outcome, decision } }) => {
  switch (decision.kind) {
    case 'approve':
      return outcome === 'failed' ? (
        <>
          Decided by the data owner on <On time={decision.decidedAt} />
        </>
      ) : (
        <>
          Released by <InertName text={decision.reviewer} /> on <On time={decision.decidedAt} />
        </>
      )
    case 'auto':
      return (
        <>
          Released by the data owner’s policy on <On time={decision.decidedAt} />
        </>
      )
    case 'reject':
      return (
        <>
          Decided by the data owner on <On time={decision.decidedAt} />
        </>
      )
    case 'expire':
      return (
        <>
          Not decided by the data owner until <On time={decision.decidedAt} />
        </>
      )
    case 'none':
      return <>Reported by the data owner’s site; nobody had to decide</>
  }
}

const On: FC<{ time: string }> = ({ time }) => <time datetime={time}>{absoluteMinute(new Date(time))}</time>

const EXPLANATIONS = {
  released:
    'The data owner signed what was released, and only that: this receipt names each file and the scores by their digest. Anybody who has it can check later that nothing was changed and nothing more was let out.',
  'failure-released':
    'The data owner signed which files of this failed run were released: this receipt names each by its digest. Anybody who has it can check later that nothing was changed.',
  failed:
    'The data owner signed that nothing of this run was released, and why. Anybody who has this receipt can check that later.',
} as const satisfies Record<ReceiptView['outcome'], string>

function checkCommand({ id, hasReleasedScores }: SubmissionView, hubUrl: string): string {
  const scores = hasReleasedScores ? ` \\\n  --file scores=submission-${id}-scores.json` : ''
  return `scoregate verify submission-${id}-receipt.json \\\n  --hub ${hubUrl}${scores}`
}
