import { type TSchema, TypeGuard } from '@sinclair/typebox'
import { TAGS } from '../http/operation.ts'
import { codeSamples } from './code-samples.ts'
import { HEADERS, responsesOf, takesIdempotencyKey } from './responses.ts'
import type { DescribedRoute } from './route.ts'
import { createSchemaNames, type SchemaNames } from './schema-names.ts'

export type DocumentFacts = { publicUrl: string; version: string }

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), as far as latch reads it itself. */
export type ApiDocument = {
  openapi: string
  info: { title: string; version: string; description: string; license: object }
  paths: Record<string, Record<string, object>>
  [more: string]: unknown
}

const DESCRIPTION = `latch links your users to their Slack and Microsoft Teams identities.

Wire-compatible with the part of Novu's API that does this: Novu's SDKs work with only their base URL
changed. Every request carries \`Authorization: ApiKey <key>\`. POST and PATCH take an
\`Idempotency-Key\`: a request that comes again with it has one effect, and the first one's answer.`

/**
 * The API's description, from the schemas that validate and from what each route says of itself.
 * Not by Elysia's plugin: that knows one content type for all answers and no headers.
 */
export function createDocument(
  routes: readonly DescribedRoute[],
  { publicUrl, version }: DocumentFacts,
): ApiDocument {
  const names = createSchemaNames()
  const paths: ApiDocument['paths'] = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: describe(route, names, publicUrl) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'latch',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    security: [{ secretKey: [] }],
    tags: Object.entries(TAGS)
      .filter(([name]) => routes.some(({ operation }) => operation.tags[0] === name))
      .map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: names.all(),
      headers: HEADERS,
      securitySchemes: {
        secretKey: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`ApiKey <key>`',
        },
      },
    },
  }
}

function describe(route: DescribedRoute, names: SchemaNames, publicUrl: string): object {
  const { operation, body } = route
  const { operationId, summary, description, tags, deprecated, access, example } = operation
  return {
    operationId,
    summary,
    description,
    tags,
    ...(deprecated && { deprecated }),
    ...(access === 'none' && { security: [] }),
    parameters: parametersOf(route, names),
    ...(body !== null && {
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: names.use(body), ...(example && { example }) },
        },
      },
    }),
    responses: responsesOf(route, names),
    'x-codeSamples': codeSamples(route, publicUrl),
  }
}

function parametersOf(route: DescribedRoute, names: SchemaNames): object[] {
  const idempotencyKey = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Up to 255 characters of your choice, for one effect however often it is sent.',
    schema: { type: 'string', maxLength: 255 },
  }
  return [
    ...parametersIn('path', route.params, names),
    ...parametersIn('query', route.query, names),
    ...(takesIdempotencyKey(route) ? [idempotencyKey] : []),
  ]
}

function parametersIn(
  place: 'path' | 'query',
  schema: TSchema | null,
  names: SchemaNames,
): object[] {
  if (!TypeGuard.IsObject(schema)) return []
  const required = schema.required ?? []
  return Object.entries(schema.properties).map(([name, property]) => {
    const { description, ...rest } = property
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: names.use(rest),
    }
  })
}
