import { Button } from '@scoregate/ui/button'
import { Form } from '@scoregate/ui/form'
import { Cluster } from '@scoregate/ui/layout'
import type { FC } from 'hono/jsx'
import type { HoldId } from '../holds/hold-record.ts'
import { paths } from '../paths.ts'
import type { Claim } from './claims.ts'
import { claimWords } from './inbox-words.ts'

/** One line on the page of a waiting hold: who is looking at it, and a button to say or to take back that one is. */
export const ClaimLine: FC<{ id: HoldId; claims: readonly Claim[]; me: string; csrf: string }> = ({
  id,
  claims,
  me,
  csrf,
}) => {
  const isMine = claims.some(({ reviewer }) => reviewer === me)
  return (
    <Cluster>
      {claims.length > 0 && <span class="muted">{claimWords(claims, me)}</span>}
      <Form
        action={isMine ? paths.endClaim(id) : paths.claim(id)}
        csrf={csrf}
        layout="inline"
        label="Who is looking at it"
      >
        <Button kind="quiet" size="small">
          {isMine ? 'I am not looking any more' : 'Say that I am looking at it'}
        </Button>
      </Form>
    </Cluster>
  )
}
