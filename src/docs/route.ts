import { type TSchema, TypeGuard } from '@sinclair/typebox'
import { type Declaration, declarationOf } from '../http/declares.ts'
import type { Operation } from '../http/operation.ts'

/** A route as Elysia lists it. */
export type Route = {
  method: string
  path: string
  hooks: { detail?: unknown; body?: unknown; query?: unknown; params?: unknown }
}

/** A route that says what it is, with the schemas that it validates with. */
export type DescribedRoute = {
  method: string
  /** As OpenAPI writes it: `/v1/things/{id}`. */
  path: string
  operation: Operation
  body: TSchema | null
  query: TSchema | null
  params: TSchema | null
}

/** The routes that are part of the API; pages and files of the documentation are not. */
export const describedRoutes = (routes: readonly Route[]): DescribedRoute[] =>
  routes.flatMap(({ method, path, hooks }) => {
    const operation = operationOf(hooks.detail)
    if (operation === null) return []
    return [
      {
        method: method.toLowerCase(),
        path: path.replaceAll(/:([A-Za-z]+)/g, '{$1}'),
        operation,
        body: schemaOf(hooks.body),
        query: schemaOf(hooks.query) ?? operation.queryParameters ?? null,
        params: schemaOf(hooks.params),
      },
    ]
  })

function operationOf(detail: unknown): Operation | null {
  const declaration = declarationOf(detail)
  if (declaration !== null) return fromDeclaration(declaration)
  return isOperation(detail) ? detail : null
}

/** Until all operations are declared. */
function fromDeclaration({
  responses,
  tag,
  access,
  unvalidatedQuery,
  ...rest
}: Declaration): Operation {
  const [success, ...others] = Object.entries(responses)
  const [status = '200', { description = '', schema = null, contentType = undefined } = {}] =
    success ?? []
  return {
    ...rest,
    ...(unvalidatedQuery !== undefined && { queryParameters: unvalidatedQuery }),
    tags: [tag],
    access: access === 'public' ? 'none' : 'api_key',
    answer: {
      status: status === '201' ? 201 : status === '204' ? 204 : 200,
      description,
      schema,
      ...(contentType !== undefined && { contentType }),
    },
    errors: Object.fromEntries(others.map(([code, other]) => [code, other.description])),
  }
}

/** Nothing else of latch puts an `answer` into a route's detail. */
const isOperation = (detail: unknown): detail is Operation =>
  typeof detail === 'object' && detail !== null && 'answer' in detail

const schemaOf = (value: unknown): TSchema | null => (TypeGuard.IsSchema(value) ? value : null)
