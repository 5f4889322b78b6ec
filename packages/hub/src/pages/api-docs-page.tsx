import { Badge } from '@scoregate/ui/badge'
import { EmptyState } from '@scoregate/ui/feedback'
import { Cluster, PageHeader, Section, Stack } from '@scoregate/ui/layout'
import { DataTable } from '@scoregate/ui/table'
import type { WebEnv } from '@scoregate/web/environment'
import type { Context } from 'hono'
import type { FC } from 'hono/jsx'
import { z } from 'zod'
import { Markdown } from './markdown.tsx'
import { sitePage } from './site-page.tsx'

/** JSON Schema refers to itself, which a type inferred from a zod schema cannot. */
type Schema = {
  $ref?: string | undefined
  type?: string | string[] | undefined
  format?: string | undefined
  description?: string | undefined
  enum?: unknown[] | undefined
  const?: unknown
  required?: string[] | undefined
  properties?: Record<string, Schema> | undefined
  items?: Schema | undefined
  anyOf?: Schema[] | undefined
  oneOf?: Schema[] | undefined
  allOf?: Schema[] | undefined
}
const Schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: z.string().optional(),
    description: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), Schema).optional(),
    items: Schema.optional(),
    anyOf: z.array(Schema).optional(),
    oneOf: z.array(Schema).optional(),
    allOf: z.array(Schema).optional(),
  }),
)

const Content = z.record(z.string(), z.looseObject({ schema: Schema.optional() })).optional()
const Operation = z.looseObject({
  summary: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  deprecated: z.boolean().optional(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        description: z.string().optional(),
        schema: Schema.optional(),
      }),
    )
    .optional(),
  requestBody: z.looseObject({ description: z.string().optional(), content: Content }).optional(),
  responses: z
    .record(z.string(), z.looseObject({ description: z.string().optional(), content: Content }))
    .optional(),
})
type Operation = z.infer<typeof Operation>

/** The parts of an OpenAPI 3 document that the page shows. */
const OpenApiDocument = z.looseObject({
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string().optional() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  components: z.looseObject({ schemas: z.record(z.string(), Schema).optional() }).optional(),
})
type OpenApiDocument = z.infer<typeof OpenApiDocument>

const VERBS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** The text of the page for an OpenAPI document, to be sent as HTML. Throws `ZodError` if it is none. */
export function apiDocsPage(c: Context<WebEnv>, document: unknown): Promise<string> {
  return sitePage(c, { title: 'API', content: <ApiDocsPage document={OpenApiDocument.parse(document)} /> })
}

/** Every endpoint with what it takes and answers, to read without a script. */
const ApiDocsPage: FC<{ document: OpenApiDocument }> = ({ document }) => {
  const endpoints = endpointsOf(document)
  const tags = [...new Set(endpoints.map(({ tag }) => tag))]
  return (
    <>
      <PageHeader
        title={document.info.title}
        badges={<Badge>Version {document.info.version}</Badge>}
        description={document.info.description && <Markdown text={document.info.description} />}
      />
      {endpoints.length === 0 && <EmptyState title="No endpoint is described" />}
      {tags.map((tag) => (
        <Section title={tag}>
          <div>
            {endpoints
              .filter((endpoint) => endpoint.tag === tag)
              .map((endpoint) => (
                <EndpointDetails endpoint={endpoint} document={document} />
              ))}
          </div>
        </Section>
      ))}
    </>
  )
}

type Endpoint = { verb: string; path: string; tag: string; operation: Operation }

function endpointsOf(document: OpenApiDocument): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    VERBS.flatMap((verb) => {
      const operation = Operation.safeParse(item[verb]).data
      if (operation === undefined) return []
      return [{ verb: verb.toUpperCase(), path, tag: operation.tags?.[0] ?? 'Endpoints', operation }]
    }),
  )
}

const EndpointDetails: FC<{ endpoint: Endpoint; document: OpenApiDocument }> = ({ endpoint, document }) => {
  const { operation } = endpoint
  const parameters = (operation.parameters ?? []).map((parameter) => ({
    name: parameter.name,
    type: `${parameter.schema === undefined ? 'text' : typeWords(parameter.schema)}, in the ${parameter.in}`,
    isRequired: parameter.required === true,
    description: parameter.description ?? '',
  }))
  const body = fieldsOf(schemaOf(operation.requestBody?.content), document)
  return (
    <details class="endpoint">
      <summary>
        <span class="endpoint-verb">{endpoint.verb}</span>
        <span class="endpoint-path">{endpoint.path}</span>
        <span class="muted">{operation.summary ?? ''}</span>
        {operation.deprecated === true && <Badge tone="warn">Deprecated</Badge>}
      </summary>
      <div class="endpoint-body">
        {operation.description !== undefined && <Markdown text={operation.description} below={2} />}
        {parameters.length > 0 && <Fields caption="Parameters" fields={parameters} />}
        {body.length > 0 && <Fields caption="Body" fields={body} />}
        {Object.entries(operation.responses ?? {}).map(([status, response]) => {
          const fields = fieldsOf(schemaOf(response.content), document)
          return (
            <Stack gap="tight">
              <Cluster>
                <Badge tone={status.startsWith('2') ? 'good' : 'neutral'}>{status}</Badge>
                <span>{response.description ?? ''}</span>
              </Cluster>
              {fields.length > 0 && <Fields caption={`Answer ${status}`} fields={fields} />}
            </Stack>
          )
        })}
      </div>
    </details>
  )
}

type DocumentedField = { name: string; type: string; isRequired: boolean; description: string }

const Fields: FC<{ caption: string; fields: readonly DocumentedField[] }> = ({ caption, fields }) => (
  <DataTable
    caption={caption}
    captionShown="visible"
    columns={[
      { key: 'name', header: 'Field', isRowHeader: true, cell: ({ name }) => <code>{name}</code> },
      {
        key: 'type',
        header: 'Type',
        cell: ({ type, isRequired }) => `${type}${isRequired ? '' : ' (optional)'}`,
      },
      { key: 'description', header: 'Meaning', isWide: true, cell: ({ description }) => description },
    ]}
    rows={fields}
    empty={null}
  />
)

function schemaOf(content: z.infer<typeof Content>): Schema | undefined {
  return Object.values(content ?? {})[0]?.schema
}

/** The fields of an object, or of what a list holds. */
function fieldsOf(schema: Schema | undefined, document: OpenApiDocument): DocumentedField[] {
  const found = resolved(schema, document)
  if (found === undefined) return []
  if (found.items !== undefined) return fieldsOf(found.items, document)
  const parts = [found, ...(found.allOf ?? []).flatMap((part) => resolved(part, document) ?? [])]
  return parts.flatMap((part) =>
    Object.entries(part.properties ?? {}).map(([name, field]) => ({
      name,
      type: typeWords(field),
      isRequired: part.required?.includes(name) === true,
      description: field.description ?? resolved(field, document)?.description ?? '',
    })),
  )
}

function resolved(schema: Schema | undefined, document: OpenApiDocument): Schema | undefined {
  const name = schema?.$ref?.split('/').at(-1)
  return name === undefined ? schema : document.components?.schemas?.[name]
}

/** A type in a few words. */
function typeWords(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'object'
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.items !== undefined) return `list of ${typeWords(schema.items)}`
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(typeWords).join(' or ')
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'anything')
  return schema.format === undefined ? type : `${type} (${schema.format})`
}
