import { ErrorBody } from '@scoregate/protocol/errors'
import { z } from 'zod'

/** Who an endpoint is for; the sections of the page at `/api/docs`. */
export type ApiTag = 'Our own' | "Codabench's" | 'Workers' | 'Data side'

type Described = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With `{name}` for parameters. */
  path: string
  tag: ApiTag
  summary: string
  description?: string
  query?: z.ZodObject
  body?: z.ZodType | 'raw bytes'
  answers: Readonly<Record<number, { text: string; schema?: z.ZodType }>>
}

/** Collects what each route says of itself, beside its handler, and makes one OpenAPI 3.1 document of it. */
export type ApiDocs = ReturnType<typeof createApiDocs>

export function createApiDocs() {
  const routes: Described[] = []
  return {
    describe(route: Described): void {
      routes.push(route)
    },

    document() {
      const paths: Record<string, Record<string, unknown>> = {}
      for (const route of routes) {
        paths[route.path] = { ...paths[route.path], [route.method]: operation(route) }
      }
      return {
        openapi: '3.1.0',
        info: { title: 'The API of this hub', version: '0.1.0', description: DESCRIPTION },
        paths,
        components: { schemas: { Error: jsonSchema(ErrorBody) } },
      }
    },
  }
}

const DESCRIPTION = `People send \`Authorization: Token …\`, which POST /api/api-token-auth/ gives for a name and password. Workers
and the data side's desk send the tokens of their queue as \`Authorization: Bearer …\`. A trailing slash may be there or not.

An error is always \`{code, detail, remedy, problems?, request_id}\`; \`problems\` lists everything that is wrong, each with
\`where\`, \`what\` and \`remedy\`.`

function operation({ path, tag, summary, description, query, body, answers }: Described) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !(schema instanceof z.ZodOptional),
    schema: { type: 'string' },
  }))
  return {
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...inPath, ...inQuery],
    ...(body === undefined ? {} : { requestBody: { required: true, content: bodyContent(body) } }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, { text, schema }]) => [
        status,
        {
          description: text,
          ...(schema === undefined ? errorContent(status) : { content: jsonContent(schema) }),
        },
      ]),
    ),
  }
}

function bodyContent(body: z.ZodType | 'raw bytes') {
  if (body !== 'raw bytes') return jsonContent(body)
  return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
}

function jsonContent(schema: z.ZodType) {
  return { 'application/json': { schema: jsonSchema(schema) } }
}

function errorContent(status: string) {
  if (Number(status) < 400) return {}
  return { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }
}

/** OpenAPI 3.1 takes JSON Schema as it is; what is sent is described, not what it is parsed into. */
function jsonSchema(schema: z.ZodType) {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return described
}
