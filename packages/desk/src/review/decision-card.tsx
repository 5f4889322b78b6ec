import type { ChecksTrouble } from '@scoregate/gate/hold'
import { ARTEFACT_WORDS, type ArtefactName } from '@scoregate/protocol/artefact'
import { REASON_SENTENCES, REJECTION_SENTENCES, RejectionSentence } from '@scoregate/protocol/reason-code'
import { Button, Confirm } from '@scoregate/ui/button'
import { CheckboxGroup, RadioGroup, SelectField } from '@scoregate/ui/choice'
import { Digest } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { Form, FormActions, TextArea } from '@scoregate/ui/form'
import { Card, Cluster, Stack } from '@scoregate/ui/layout'
import { TimeLeft } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import { ApprovalNotes } from '../approvals/approval-notes.tsx'
import { approvalHindrance, type Deciding } from '../approvals/deciding.ts'
import type { Hold } from '../holds/hold-record.ts'
import type { Signing } from '../passkeys/decision-signing.ts'
import { PasskeyField } from '../passkeys/passkey-field.tsx'
import { paths } from '../paths.ts'
import { releasesReasonAlone } from './decide-hold.ts'
import { ArtefactNote, WhatTheyRead } from './leaving.tsx'
import type { ArtefactLook } from './looked-at.ts'
import { failureIsKnown } from './outcomes-of-decision.ts'
import { REJECT_REASONS } from './reject-reasons.ts'

/** Where a waiting hold is decided: plain forms, over the digest of what the page shows. */
export const DecisionCard: FC<{
  hold: Hold
  /** How much of each artefact this reviewer has been shown. */
  looks: ReadonlyMap<ArtefactName, ArtefactLook>
  checksTrouble: ChecksTrouble | undefined
  deciding: Deciding
  me: string
  csrf: string
  signing: Signing
  now: Date
}> = ({ hold, looks, checksTrouble, deciding, me, csrf, signing, now }) => (
  <Card
    title="Your decision"
    id="decision"
    variant="decision"
    description={
      <Cluster justify="between">
        <TimeLeft deadline={hold.expiresAt} now={now} opened={hold.depositedAt} />
        <span>
          Digest <Digest value={hold.manifestDigest} />
        </span>
      </Cluster>
    }
  >
    <Stack>
      <ApprovalNotes {...{ id: hold.id, deciding, me, csrf, now }} />
      {hold.hostile && (
        <Callout tone="bad">
          This output can only be rejected, because sealing met things that cannot be accepted.
        </Callout>
      )}
      {/* To whom nothing can be released, a list to tick would only be in the way of why. */}
      {!hold.hostile && approvalHindrance(deciding, me) === undefined && (
        <ApproveForm {...{ hold, looks, checksTrouble, deciding, csrf, signing }} />
      )}
      {deciding.eligibility.kind === 'may' && <RejectForm hold={hold} csrf={csrf} signing={signing} />}
    </Stack>
  </Card>
)

const CHECKS_TROUBLE_WORDS = {
  'not-ended': 'The checks have not ended yet.',
  'required-failed': 'A check that the policy requires did not get through.',
} as const satisfies Record<ChecksTrouble, string>

const ApproveForm: FC<{
  hold: Hold
  /** How much of each artefact this reviewer has been shown. */
  looks: ReadonlyMap<ArtefactName, ArtefactLook>
  checksTrouble: ChecksTrouble | undefined
  deciding: Deciding
  csrf: string
  signing: Signing
}> = ({ hold, looks, checksTrouble, deciding, csrf, signing }) => {
  const failed = hold.kind === 'failed-run'
  const isFirst = deciding.needed === 2 && deciding.first === undefined
  return (
    <Form action={paths.approve(hold.id)} csrf={csrf} label="Approve and release">
      <input type="hidden" name="digest" value={hold.manifestDigest} />
      {hold.offered.length === 0 ? (
        <Callout tone="info">
          {failed
            ? 'The policy of this site lets nothing of this failed run leave.'
            : 'The policy of this site lets nothing of this result leave.'}
        </Callout>
      ) : (
        <CheckboxGroup
          name="artefacts"
          label={failed ? 'What leaves' : 'Only what is ticked leaves'}
          size="compact"
          hint={
            failed
              ? `The participant hears: “${failureSentence(hold)}” You may add what is ticked here.`
              : undefined
          }
          choices={hold.offered.map((artefact) => ({
            value: artefact.name,
            label: ARTEFACT_WORDS[artefact.name],
            description: <ArtefactNote {...{ hold, artefact, look: looks.get(artefact.name) }} />,
          }))}
          values={hold.offered.filter((artefact) => artefact.ticked).map((artefact) => artefact.name)}
        />
      )}
      <details>
        <summary>What they will read; add a note</summary>
        <Stack gap="tight">
          {!failed && hold.offered.length > 0 && <WhatTheyRead hold={hold} />}
          <TextArea
            name="approvalNote"
            label="Note for this site’s record"
            hint="Stays at this site."
            rows={2}
            maxLength={2000}
            isOptional
          />
        </Stack>
      </details>
      <FormActions>
        <Button
          kind="primary"
          icon="send"
          disabledReason={
            hold.offered.length === 0 && !releasesReasonAlone(hold)
              ? 'There is nothing that may be released.'
              : ((checksTrouble && CHECKS_TROUBLE_WORDS[checksTrouble]) ?? signatureTrouble(hold, signing))
          }
        >
          {isFirst ? 'Approve, as the first of two' : 'Approve and release'}
        </Button>
        <SigningField hold={hold} kind="approve" signing={signing} />
      </FormActions>
    </Form>
  )
}

/** Why this reviewer cannot sign what the policy wants signed. */
function signatureTrouble({ rules }: Hold, { kind }: Signing): string | undefined {
  return rules.signed === 'required' ? SIGNATURE_TROUBLE_WORDS[kind] : undefined
}

const SIGNATURE_TROUBLE_WORDS = {
  possible: undefined,
  'no-passkey': 'The policy wants it signed with a passkey. Add yours under “My account”.',
  none: 'The policy wants it signed with a passkey, and this desk has no https address for one.',
} as const satisfies Record<Signing['kind'], string | undefined>

/** Has the reviewer's passkey sign what the form says, where they have one. */
const SigningField: FC<{ hold: Hold; kind: 'approve' | 'reject'; signing: Signing }> = (props) => {
  const { hold, kind, signing } = props
  if (signing.kind !== 'possible') return null
  const isRequired = kind === 'approve' && hold.rules.signed === 'required'
  return (
    <>
      <p class="field-hint" data-with-script hidden>
        Your passkey signs it.
      </p>
      <PasskeyField
        act="use"
        question={paths.askSignature(hold.id, kind)}
        origin={signing.origin}
        skip={isRequired ? undefined : `${kind === 'approve' ? 'Approve' : 'Reject'} without a signature`}
        withoutScript={
          isRequired
            ? 'The policy wants approvals signed with a passkey, which needs script: switch it on to approve.'
            : 'Without script your passkey cannot sign this: it is recorded as not signed.'
        }
      />
    </>
  )
}

const RejectForm: FC<{ hold: Hold; csrf: string; signing: Signing }> = ({ hold, csrf, signing }) => (
  <Confirm
    label="Reject"
    icon="cross"
    title={hold.kind === 'failed-run' ? 'Reject, and release nothing of this run?' : 'Reject this result?'}
    text="Nothing of it leaves, and that is final."
  >
    <Form action={paths.reject(hold.id)} csrf={csrf} label="Reject">
      <input type="hidden" name="digest" value={hold.manifestDigest} />
      <SelectField
        name="reason"
        label="Reason"
        hint="Stays at this site."
        width="full"
        options={[
          { value: '', label: 'Choose a reason' },
          ...Object.entries(REJECT_REASONS).map(([value, label]) => ({ value, label })),
        ]}
      />
      <TextArea
        name="note"
        label="Note for this site’s record"
        hint="Stays at this site."
        rows={2}
        maxLength={2000}
        isOptional
      />
      {failureIsKnown(hold) ? (
        <p class="muted">The participant has been told that the run failed, and hears nothing more.</p>
      ) : (
        <RadioGroup
          name="sentence"
          label="What the participant reads"
          hint="Exactly this, and nothing else."
          choices={Object.entries(REJECTION_SENTENCES).map(([value, label]) => ({ value, label }))}
          value={RejectionSentence.options[0]}
        />
      )}
      <FormActions>
        <Button kind="danger">Reject</Button>
        <SigningField hold={hold} kind="reject" signing={signing} />
      </FormActions>
    </Form>
  </Confirm>
)

function failureSentence(hold: Hold): string {
  return REASON_SENTENCES[hold.failure ?? 'worker-failed']
}
