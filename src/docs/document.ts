import { type TSchema, TypeGuard } from '@sinclair/typebox'
import type { DeclaredRoute, Tag } from '../http/declares.ts'
import {
  type DescribedResponse,
  HEADERS,
  responsesOf,
  takesIdempotencyKey,
} from '../http/responses.ts'
import { codeSamples } from './code-samples.ts'

export type DocumentFacts = { publicUrl: string; version: string }

/**
 * The parts of an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1) that latch itself
 * reads.
 */
export type ApiDocument = {
  openapi: string
  info: { title: string; version: string; description: string; license: object }
  paths: Record<string, Record<string, object>>
  [more: string]: unknown
}

const DESCRIPTION = `latch links your users to their Slack and Microsoft Teams identities.

Wire-compatible with the part of Novu's API that does this: Novu's SDKs work with only their base URL
changed. Every request carries \`Authorization: ApiKey <key>\`. Keys with the permission \`read\` see
\`[redacted]\` where a token or a webhook URL is; keys with \`links\` create links and what they
need, and change nothing that exists. POST and PATCH take an
\`Idempotency-Key\`: a request that comes again with it has one effect, and the first one's answer.`

/**
 * Generates the OpenAPI document from the validation schemas and each route's declaration. Elysia's
 * plugin is not used: it supports only one content type for all responses, and no headers.
 */
export function createDocument(
  routes: readonly DeclaredRoute[],
  { publicUrl, version }: DocumentFacts,
): ApiDocument {
  const names = createSchemaNames()
  const paths: ApiDocument['paths'] = {}
  for (const route of routes) {
    const path = openApiPath(route.path)
    const method = route.method.toLowerCase()
    paths[path] = { ...paths[path], [method]: describe(route, names, publicUrl) }
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
    tags: tagsOf(routes),
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

/** Each tag once, in the order of the routes; operations without an API key come last. */
function tagsOf(routes: readonly DeclaredRoute[]): Tag[] {
  const declarations = routes.map(({ declaration }) => declaration)
  const isPublic = ({ access }: DeclaredRoute['declaration']): boolean => access === 'public'
  const inOrder = [
    ...declarations.filter((declaration) => !isPublic(declaration)),
    ...declarations.filter(isPublic),
  ]
  return [...new Set(inOrder.map(({ tag }) => tag))]
}

/** A path in OpenAPI's notation: `/v1/things/{id}`. */
export const openApiPath = (path: string): string => path.replaceAll(/:([A-Za-z]+)/g, '{$1}')

function describe(route: DeclaredRoute, names: SchemaNames, publicUrl: string): object {
  const { method, declaration } = route
  const { operationId, summary, description, tag, deprecated, access, example, body } = declaration
  return {
    operationId,
    summary,
    description,
    tags: [tag.name],
    ...(deprecated && { deprecated }),
    ...(access === 'public' && { security: [] }),
    parameters: parametersOf(route, names),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: names.use(withNulls(body)),
            ...(example && { example }),
          },
        },
      },
    }),
    responses: Object.fromEntries(
      [...responsesOf(method, declaration)].map(([status, response]) => [
        status,
        describeResponse(response, names),
      ]),
    ),
    'x-codeSamples': codeSamples(route, publicUrl),
  }
}

function describeResponse(response: DescribedResponse, names: SchemaNames): object {
  const { description, headers, json, html } = response
  return {
    description,
    headers: Object.fromEntries(
      [...headers.keys()].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ),
    ...((json !== null || html) && {
      content: {
        ...(json !== null && { 'application/json': { schema: names.use(json) } }),
        ...(html && { 'text/html': { schema: { type: 'string' } } }),
      },
    }),
  }
}

/** An optional property of a body also accepts `null`, which means the same as absent. */
function withNulls(body: TSchema): TSchema {
  if (!TypeGuard.IsObject(body)) return body
  const required = body.required ?? []
  const properties = Object.entries(body.properties).map(([name, property]) => [
    name,
    required.includes(name) ? property : orNull(property),
  ])
  return { ...body, properties: Object.fromEntries(properties) }
}

function orNull(schema: TSchema): object {
  const { description, examples, ...rest } = schema
  const isPlain = typeof schema['type'] === 'string' && schema['title'] === undefined
  if (isPlain && !('const' in schema)) return { ...schema, type: [schema['type'], 'null'] }
  return {
    ...(description !== undefined && { description }),
    ...(examples !== undefined && { examples }),
    anyOf: [rest, { type: 'null' }],
  }
}

function parametersOf({ method, declaration }: DeclaredRoute, names: SchemaNames): object[] {
  const idempotencyKey = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Up to 255 characters of your choice, for one effect however often it is sent.',
    schema: { type: 'string', maxLength: 255 },
  }
  return [
    ...parametersIn('path', declaration.params, names),
    ...parametersIn('query', declaration.query ?? declaration.unvalidatedQuery, names),
    ...(takesIdempotencyKey(method, declaration) ? [idempotencyKey] : []),
  ]
}

function parametersIn(
  place: 'path' | 'query',
  schema: TSchema | undefined,
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

/** Named schemas, collected while a document is generated. */
type SchemaNames = {
  /** The schema as it appears in a document: a reference where it has a title. */
  use(schema: TSchema | object): object
  /** All named schemas, sorted by name. */
  all(): Record<string, object>
}

/** Schema properties that only latch's own validation uses; not published. */
const HINTS = new Set(['emptyMessage', 'errorMessage', 'patternMessage', 'described'])

/** A schema with a title becomes a component, described once. */
function createSchemaNames(): SchemaNames {
  const named = new Map<string, object>()

  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain)
    if (typeof value !== 'object' || value === null) return value
    const choices = choicesOf(value)
    if (choices !== null) return { ...without(choices.rest), type: 'string', enum: choices.texts }
    return 'title' in value && typeof value.title === 'string' && 'type' in value
      ? reference(value, value.title)
      : without(value)
  }
  const without = (value: object): object =>
    Object.fromEntries(
      // `described`: constraints beyond the schema, enforced by a rule.
      Object.entries({ ...value, ...('described' in value && Object(value.described)) })
        .filter(([name]) => !HINTS.has(name))
        // Examples are copied verbatim: one of them may look like a schema.
        .map(([name, inner]) => [
          // A discriminated union matches exactly one branch.
          name === 'anyOf' && 'discriminator' in value ? 'oneOf' : name,
          name === 'examples' ? inner : plain(inner),
        ]),
    )
  const reference = (value: object, title: string): object => {
    if (!named.has(title)) {
      named.set(title, {})
      named.set(title, without(value))
    }
    return { $ref: `#/components/schemas/${title}` }
  }

  return {
    use: (schema) => Object(plain(schema)) as object,
    all: () =>
      Object.fromEntries([...named].sort(([left], [right]) => left.localeCompare(right, 'en'))),
  }
}

/** A union of string constants in TypeBox, which readers expect as an `enum`. */
function choicesOf(schema: object): { rest: object; texts: string[] } | null {
  if (!TypeGuard.IsUnion(schema)) return null
  const { anyOf, ...rest } = schema
  const texts = anyOf.flatMap(({ const: text }) => (typeof text === 'string' ? [text] : []))
  return texts.length === anyOf.length ? { rest, texts } : null
}
