import { type TSchema, TypeGuard } from '@sinclair/typebox'
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
  routes.flatMap(({ method, path, hooks }) =>
    isOperation(hooks.detail)
      ? [
          {
            method: method.toLowerCase(),
            path: path.replaceAll(/:([A-Za-z]+)/g, '{$1}'),
            operation: hooks.detail,
            body: schemaOf(hooks.body),
            query: schemaOf(hooks.query) ?? hooks.detail.queryParameters ?? null,
            params: schemaOf(hooks.params),
          },
        ]
      : [],
  )

/** Nothing else of latch puts an `answer` into a route's detail. */
const isOperation = (detail: unknown): detail is Operation =>
  typeof detail === 'object' && detail !== null && 'answer' in detail

const schemaOf = (value: unknown): TSchema | null => (TypeGuard.IsSchema(value) ? value : null)
