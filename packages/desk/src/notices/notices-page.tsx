import { Badge } from '@scoregate/ui/badge'
import { Button } from '@scoregate/ui/button'
import { CheckboxGroup, RadioGroup } from '@scoregate/ui/choice'
import { DefinitionList, InertName } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { ErrorSummary, errorAt, Form, FormActions, type FormError, TextField } from '@scoregate/ui/form'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import type { Channel, NoticeWay } from './channels.ts'
import type { PerhapsDouble } from './notice-messages.ts'

/** A form as somebody sent it, with what is wrong with it. */
export type RefusedForm = {
  readonly way: NoticeWay
  readonly address: string
  readonly shape: string
  readonly kinds: readonly string[]
  readonly pace: string
  readonly errors: readonly FormError[]
}

/** See `NoticesPage`. */
export interface NoticesPageProps {
  readonly channels: readonly Channel[]
  readonly doubles: readonly PerhapsDouble[]
  readonly hasMailServer: boolean
  readonly webhookHosts: readonly string[]
  readonly refused: RefusedForm | undefined
  /** Absent for whoever reads with a token: forms are for browsers. */
  readonly csrf: string | undefined
  readonly now: Date
}

/** Each way by name, in the words of its card. */
export const WAY_WORDS = { mail: 'E-mail', webhook: 'Webhook' } as const satisfies Record<NoticeWay, string>

const KINDS = [
  { value: 'waiting', label: 'A result waits for review' },
  { value: 'half-time', label: 'Half the time to review is over' },
  {
    value: 'last-call',
    label: 'A tenth of the time is left',
    description: 'Never waits for a digest.',
  },
  {
    value: 'second-review',
    label: 'A result needs a second reviewer',
    description: 'Where the policy asks for two, and you may be the second.',
  },
  { value: 'stopped', label: 'A release was stopped', description: 'Never waits for a digest.' },
]

const PACES = [
  { value: 'at-once', label: 'At once', description: 'At most one message a minute.' },
  { value: 'hourly', label: 'Every hour', description: 'What came since, counted together, on the hour.' },
  { value: 'daily', label: 'Every day', description: 'What came since, counted together, at 06:00 UTC.' },
]

const SHAPES = [
  { value: 'chat', label: 'Chat', description: 'For incoming webhooks of Slack or Mattermost.' },
  { value: 'json', label: 'JSON', description: 'For programs of your own.' },
]

/** What one person wants to hear outside the desk, and how, and whether it arrives. */
export const NoticesPage: FC<NoticesPageProps> = (props) => (
  <Stack>
    <PageHeader
      title="Notices"
      description="Words to you outside the desk: how many results wait, in which competition, until when, and a link to the inbox. Never anything of a hold."
    />
    <ChannelCard
      {...props}
      way="mail"
      description="To an address of your own."
      unavailable={
        props.hasMailServer
          ? undefined
          : 'No mail server is set for this desk. Whoever runs it can set one (SCOREGATE_SMTP_URL).'
      }
    />
    <ChannelCard
      {...props}
      way="webhook"
      description="To a chat, or to a program of your own."
      unavailable={
        props.webhookHosts.length > 0
          ? undefined
          : 'The policy of this site lists no host that may be called (notices.webhook_hosts).'
      }
    />
  </Stack>
)

type CardProps = NoticesPageProps & {
  readonly way: NoticeWay
  readonly description: string
  /** Why this way cannot be used here. */
  readonly unavailable: string | undefined
}

const ChannelCard: FC<CardProps> = (props) => {
  const { way, description, channels, unavailable, csrf } = props
  const channel = channels.find(({ settings }) => settings.way === way)
  return (
    <Card title={WAY_WORDS[way]} description={description}>
      <Stack>
        {channel === undefined ? (
          <p>
            <Badge>Off</Badge>
          </p>
        ) : (
          <ChannelState channel={channel} now={props.now} />
        )}
        <DoublesNote doubles={props.doubles.filter((one) => one.way === way)} now={props.now} />
        {unavailable !== undefined && (
          <Callout tone={channel === undefined ? 'info' : 'warn'}>{unavailable}</Callout>
        )}
        {csrf !== undefined && unavailable === undefined && (
          <ChannelForm {...props} csrf={csrf} channel={channel} />
        )}
        {csrf !== undefined && channel !== undefined && (
          <FormActions>
            <Form
              action={paths.noticesTest(way)}
              csrf={csrf}
              layout="inline"
              label={`Test ${WAY_WORDS[way]}`}
            >
              <Button>Send a test notice</Button>
            </Form>
            <Form action={paths.noticesEnd(way)} csrf={csrf} layout="inline" label={`End ${WAY_WORDS[way]}`}>
              <Button kind="quiet">Turn off</Button>
            </Form>
          </FormActions>
        )}
      </Stack>
    </Card>
  )
}

const ChannelState: FC<{ channel: Channel; now: Date }> = ({ channel, now }) => {
  const { failingSince, lastSentAt, lastError } = channel
  return (
    <DefinitionList
      items={[
        {
          term: 'State',
          value:
            failingSince === undefined ? (
              <Badge tone="good" icon="check-circle">
                On
              </Badge>
            ) : (
              <Badge tone="bad" icon="alert">
                Failing
              </Badge>
            ),
        },
        {
          term: 'Last sent',
          value: lastSentAt === undefined ? 'Nothing yet' : <When at={lastSentAt} now={now} />,
        },
        ...(failingSince === undefined
          ? []
          : [
              { term: 'Failing since', value: <When at={failingSince} now={now} /> },
              { term: 'Why', value: <InertName text={lastError ?? ''} /> },
            ]),
      ]}
    />
  )
}

/** Says which messages may have come more than once, and by what they can be told to be the same; nothing where none may. */
const DoublesNote: FC<{ doubles: readonly PerhapsDouble[]; now: Date }> = ({ doubles, now }) =>
  doubles.length === 0 ? null : (
    <Callout tone="info" title="May have come twice">
      <p>
        The desk ended, or no answer came, while these were being sent. So they were sent again, each under
        the name that it had before.
      </p>
      <ul>
        {doubles.map(({ id, begunAt, atMost, isSent }) => (
          <li>
            <When at={begunAt} now={now} />: at most {atMost} times
            {isSent ? '' : ' until now, and tried again'}, as <InertName text={id} isMonospace />
          </li>
        ))}
      </ul>
    </Callout>
  )

const ChannelForm: FC<CardProps & { csrf: string; channel: Channel | undefined }> = (props) => {
  const { way, csrf, channel, webhookHosts } = props
  const refused = props.refused?.way === way ? props.refused : undefined
  const set = channel?.settings
  const shape = refused?.shape ?? (set?.way === 'webhook' ? set.shape : 'chat')
  // Both forms are on one page, so the fields of each have names of their own.
  const name = (field: string) => `${way}-${field}`
  const errors = (refused?.errors ?? []).map((error) => ({
    ...error,
    field: error.field === undefined ? undefined : name(error.field),
  }))
  return (
    <Form action={paths.noticesSet(way)} csrf={csrf} label={WAY_WORDS[way]}>
      <ErrorSummary errors={errors} />
      {way === 'mail' ? (
        <TextField
          name={name('address')}
          label="Your e-mail address"
          type="email"
          autocomplete="email"
          maxLength={254}
          value={refused?.address ?? set?.address}
          error={errorAt(errors, name('address'))}
        />
      ) : (
        <>
          <TextField
            name={name('address')}
            label="Address of the webhook"
            type="url"
            autocomplete="off"
            maxLength={1000}
            hint={
              <>
                On one of these hosts: <InertName text={webhookHosts.join(', ')} isMonospace />
              </>
            }
            value={refused?.address ?? set?.address}
            error={errorAt(errors, name('address'))}
          />
          <RadioGroup
            name={name('shape')}
            label="What it takes"
            choices={SHAPES}
            value={shape}
            error={errorAt(errors, name('shape'))}
          />
        </>
      )}
      <CheckboxGroup
        name={name('kinds')}
        label="When to tell you"
        choices={KINDS}
        values={refused?.kinds ?? set?.kinds ?? KINDS.map(({ value }) => value)}
        error={errorAt(errors, name('kinds'))}
      />
      <RadioGroup
        name={name('pace')}
        label="How soon"
        choices={PACES}
        value={refused?.pace ?? set?.pace ?? 'at-once'}
        error={errorAt(errors, name('pace'))}
      />
      <FormActions>
        <Button kind={channel === undefined ? 'primary' : 'secondary'}>
          {channel === undefined ? 'Turn on' : 'Save'}
        </Button>
      </FormActions>
    </Form>
  )
}
