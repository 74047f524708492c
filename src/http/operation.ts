import { type TObject, type TSchema, TypeGuard } from '@sinclair/typebox'
import type { Declaration, Tag } from './declares.ts'

/** What a route says of itself, beside the schemas that it validates with: its `detail`. */
export type Operation = {
  /** As Novu's API description calls it, where it has it: SDKs are named after it. */
  operationId: string
  summary: string
  /** Markdown. */
  description: string
  tags: [Tag]
  deprecated?: true
  /** Whether an API key is needed. */
  access: 'api_key' | 'none'
  answer: {
    status: 200 | 201 | 204
    description: string
    /** Null for an answer without a body. */
    schema: TSchema | null
    contentType?: 'text/html'
  }
  /** When this operation says no, by status, beside what any route can answer. */
  errors?: Readonly<Record<number, string>>
  /** Query parameters of a route that reads them by hand. */
  queryParameters?: TSchema
  /** A body to try it with. */
  example?: Readonly<Record<string, unknown>>
  /** How `@novu/api` calls it; `$body` stands for the example. Absent where the SDK has no method. */
  sdk?: string
}

/** Until all operations are declared. */
export function bridgedDeclaration(hooks: {
  detail?: unknown
  body?: unknown
  query?: unknown
  params?: unknown
}): Declaration | null {
  const { detail, body, query, params } = hooks
  if (!isOperation(detail)) return null
  const { tags, access, answer, errors, queryParameters, ...rest } = detail
  const { status, schema, ...success } = answer
  const described = objectOf(queryParameters)
  return {
    ...rest,
    tag: tags[0],
    access: access === 'none' ? 'public' : 'write',
    limit: tags[0] === 'Links' ? 'global' : 'configuration',
    ...(described !== null && { unvalidatedQuery: described }),
    ...(TypeGuard.IsSchema(body) && { body }),
    ...(TypeGuard.IsObject(query) && { query }),
    ...(TypeGuard.IsObject(params) && { params }),
    responses: {
      [status]: { ...success, ...(schema !== null && { schema }) },
      ...Object.fromEntries(
        Object.entries(errors ?? {}).map(([code, description]) => [code, { description }]),
      ),
    },
  }
}

const objectOf = (schema: TSchema | undefined): TObject | null =>
  TypeGuard.IsObject(schema) ? schema : null

/** Nothing else of latch puts an `answer` into a route's detail. */
const isOperation = (detail: unknown): detail is Operation =>
  typeof detail === 'object' && detail !== null && 'answer' in detail
