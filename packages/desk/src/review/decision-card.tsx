import type { ChecksTrouble } from '@scoregate/gate/hold'
import { bitsInWords } from '@scoregate/gate/ledger'
import { ARTEFACT_WORDS } from '@scoregate/protocol/artefact'
import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'
import { Button, Confirm } from '@scoregate/ui/button'
import { CheckboxGroup, SelectField } from '@scoregate/ui/choice'
import { FileSize } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { Form, FormActions, TextArea } from '@scoregate/ui/form'
import { Card, Stack } from '@scoregate/ui/layout'
import { TimeLeft } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import { ApprovalNotes } from '../approvals/approval-notes.tsx'
import { approvalHindrance, type Deciding } from '../approvals/deciding.ts'
import type { Hold, OfferedArtefact } from '../holds/hold-record.ts'
import type { HoldLedger } from '../ledger/ledger.ts'
import type { Signing } from '../passkeys/decision-signing.ts'
import { PasskeyField } from '../passkeys/passkey-field.tsx'
import { paths } from '../paths.ts'
import { releasesReasonAlone } from './decide-hold.ts'
import { REJECT_REASONS } from './reject-reasons.ts'

/** Where a waiting hold is decided: plain forms, over the digest of what the page shows. */
export const DecisionCard: FC<{
  hold: Hold
  ledger: HoldLedger
  checksTrouble: ChecksTrouble | undefined
  deciding: Deciding
  me: string
  csrf: string
  signing: Signing
  now: Date
}> = ({ hold, ledger, checksTrouble, deciding, me, csrf, signing, now }) => (
  <Card
    title="Your decision"
    id="decision"
    variant="decision"
    description={<TimeLeft deadline={hold.expiresAt} now={now} opened={hold.depositedAt} />}
  >
    <Stack>
      <ApprovalNotes {...{ id: hold.id, deciding, me, csrf, now }} />
      {hold.hostile ? (
        <Callout tone="bad">
          This output can only be rejected, because sealing met things that cannot be accepted.
        </Callout>
      ) : (
        <ApproveForm {...{ hold, ledger, checksTrouble, deciding, me, csrf, signing }} />
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
  ledger: HoldLedger
  checksTrouble: ChecksTrouble | undefined
  deciding: Deciding
  me: string
  csrf: string
  signing: Signing
}> = ({ hold, ledger, checksTrouble, deciding, me, csrf, signing }) => {
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
          label="What leaves"
          hint={
            failed
              ? `The participant hears: “${failureSentence(hold)}” You may add what is ticked here.`
              : 'The participant gets what is ticked, and nothing else.'
          }
          choices={hold.offered.map((artefact) => ({
            value: artefact.name,
            label: ARTEFACT_WORDS[artefact.name],
            description: <Contents artefact={artefact} bits={ledger.offeredBits.get(artefact.name) ?? 0} />,
          }))}
          values={hold.offered.filter((artefact) => artefact.ticked).map((artefact) => artefact.name)}
        />
      )}
      <SigningField hold={hold} kind="approve" signing={signing} />
      <FormActions>
        <Button
          kind="primary"
          icon="send"
          disabledReason={
            hold.offered.length === 0 && !releasesReasonAlone(hold)
              ? 'There is nothing that may be released.'
              : (approvalHindrance(deciding, me) ??
                (checksTrouble && CHECKS_TROUBLE_WORDS[checksTrouble]) ??
                signatureTrouble(hold, signing))
          }
        >
          {isFirst ? 'Approve, as the first of two' : 'Approve and release'}
        </Button>
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
      <p class="muted" data-with-script hidden>
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

const Contents: FC<{ artefact: OfferedArtefact; bits: number }> = ({ artefact, bits }) =>
  artefact.name === 'scores' ? (
    <>The values under “as it would leave”: at most {bitsInWords(bits)}</>
  ) : (
    <>
      {artefact.fileCount === 1 ? '1 file' : `${artefact.fileCount} files`},{' '}
      <FileSize bytes={artefact.sizeBytes} />: at most {bitsInWords(bits)}
    </>
  )

const RejectForm: FC<{ hold: Hold; csrf: string; signing: Signing }> = ({ hold, csrf, signing }) => (
  <Confirm
    label="Reject"
    icon="cross"
    title={hold.kind === 'failed-run' ? 'Reject, and release nothing of this run?' : 'Reject this result?'}
    text="Nothing of it leaves, and that is final. The reason stays at this site."
  >
    <Form action={paths.reject(hold.id)} csrf={csrf} label="Reject">
      <input type="hidden" name="digest" value={hold.manifestDigest} />
      <SelectField
        name="reason"
        label="Reason"
        width="full"
        options={[
          { value: '', label: 'Choose a reason' },
          ...Object.entries(REJECT_REASONS).map(([value, label]) => ({ value, label })),
        ]}
      />
      <TextArea name="note" label="Note for this site’s record" rows={3} maxLength={2000} isOptional />
      <SigningField hold={hold} kind="reject" signing={signing} />
      <FormActions>
        <Button kind="danger">Reject</Button>
      </FormActions>
    </Form>
  </Confirm>
)

function failureSentence(hold: Hold): string {
  return REASON_SENTENCES[hold.failure ?? 'worker-failed']
}
