import {
  type ObjectOptions,
  type TObject,
  type TProperties,
  type TSchema,
  Type,
} from '@sinclair/typebox'
import { createShape } from '../domain/shape.ts'
import { ApiError, refusedFields } from './api-error.ts'
import type { Caller } from './authenticate.ts'
import type { ErrorDto, ValidationErrorDto } from './error-response.ts'
import type { RateCategory } from './rate-limits.ts'
import type { HeaderName, Presence } from './responses.ts'
import type { Route } from './routes.ts'

/** A section of the API's description; the folder of a resource declares its own. */
export type Tag = Readonly<{ name: string; description: string }>

/** What an API key must allow for an operation. */
export type Access =
  /** Anybody may ask: there is no key. */
  | 'public'
  /** Every key but those that may only make links. */
  | 'read'
  /** A key that may do everything. */
  | 'write'
  /** Also a key that may only make links. */
  | 'link'

/** One answer of an operation: when it is given, and what its body is. */
export type DeclaredResponse = {
  description: string
  /** Left out for an `ErrorDto`, and where the answer has no body. */
  schema?: TSchema
  contentType?: 'text/html'
  /** Headers of this answer alone; those that come with its status are known. */
  headers?: Readonly<Partial<Record<HeaderName, Presence>>>
}

/**
 * Everything that an operation says of itself, once: it is what validates a request, what types the
 * handler and its clients, what admission looks at, and what the API's description is made from.
 */
export type Declaration = {
  /** As Novu's API description calls it, where it has it: SDKs name their methods after it. */
  operationId: string
  summary: string
  /** Markdown. */
  description: string
  tag: Tag
  deprecated?: true
  access: Access
  /** Which limit a request counts for; a public operation counts for its sender's address. */
  limit?: RateCategory
  /** Answers hold tokens or webhook URLs: no cache may keep them. */
  holdsSecrets?: true
  /** A public operation that is not limited, as health checks are not. */
  unlimited?: true
  params?: TObject
  query?: TObject
  /** Query parameters that the handler reads and checks itself: described, and not validated. */
  unvalidatedQuery?: TObject
  body?: TSchema
  /** By status: the answer when it went well, and those that are particular to this operation. */
  responses: Readonly<Record<number, DeclaredResponse>>
  /** A body to try it with. */
  example?: Readonly<Record<string, unknown>>
  /** How `@novu/api` calls it; `$body` stands for the example. Absent where the SDK has no method. */
  sdk?: string
}

/** Answers that any operation can give: with a key, with a body, and in any case. */
type Shared = {
  401: typeof ErrorDto
  403: typeof ErrorDto
  429: ReturnType<typeof Type.String>
  500: typeof ErrorDto
  503: ReturnType<typeof Type.String>
}
type WithInput = { 400: typeof ErrorDto; 422: typeof ValidationErrorDto }

/** An error without a schema of its own is an `ErrorDto`; anything else without one has no body. */
type SchemaOf<One extends DeclaredResponse, Status> = One extends {
  schema: infer Schema extends TSchema
}
  ? Schema
  : `${Status & number}` extends `2${string}` | `3${string}`
    ? ReturnType<typeof Type.Void>
    : typeof ErrorDto

type ResponsesOf<D extends Declaration> = {
  [Status in keyof D['responses'] & number]: SchemaOf<D['responses'][Status], Status>
} & Omit<Shared & WithInput, keyof D['responses']>

/** A route's options, as Elysia takes them and as its clients (Eden) see them. */
export type Declared<D extends Declaration> = {
  response: ResponsesOf<D>
  detail: { declaration: D }
} & Pick<D, Extract<keyof D, 'params' | 'query' | 'body'>>

/**
 * The options of a route, from its declaration. The responses are shown to the types alone: Elysia
 * compiles every response schema at a route's first call even where it is told not to validate,
 * which takes 60 ms and 20 MB for 50 routes. The tests check every answer against its declaration.
 *
 * A body is read, and only then checked, once it is known who sent it; so it is not left to Elysia,
 * which checks only what it has read itself.
 */
export function declares<const D extends Declaration>(declaration: D): Declared<D> {
  const { params, query, body } = declaration
  const shape = body === undefined ? null : createShape(body)
  const options = {
    ...(params !== undefined && { params }),
    ...(query !== undefined && { query }),
    ...(shape !== null && {
      body,
      transform: function checkBody(context: { body: unknown }): void {
        const read = shape.read(context.body)
        if (read.kind === 'invalid') throw refusedFields(read)
      },
    }),
    detail: { declaration },
  }
  // The one place where the types know more than the runtime is told.
  return options as typeof options & Declared<D>
}

/**
 * An object in a request: properties that it does not know are ignored, as Novu does. Said of each
 * object, because Elysia closes those that leave it open.
 */
export const openObject = <Properties extends TProperties>(
  properties: Properties,
  options: ObjectOptions = {},
): TObject<Properties> => Type.Object(properties, { ...options, additionalProperties: true })

/**
 * The parameters of an operation, and no others: one that is misspelt must not be ignored, as the
 * request then does something else than was asked for.
 */
export const closedQuery = <Properties extends TProperties>(
  properties: Properties,
): TObject<Properties> => Type.Object(properties, { additionalProperties: false })

/** Reads a declaration back from the options of a route; null where a route has none. */
export function declarationOf(detail: unknown): Declaration | null {
  if (typeof detail !== 'object' || detail === null || !('declaration' in detail)) return null
  const { declaration } = detail
  return isDeclaration(declaration) ? declaration : null
}

/** Nothing but `declares` puts a `declaration` into a route's detail. */
const isDeclaration = (value: unknown): value is Declaration =>
  typeof value === 'object' && value !== null && 'operationId' in value

/** An operation, and where it is found. */
export type DeclaredRoute = {
  /** In upper case. */
  method: string
  path: string
  declaration: Declaration
}

/** The routes that are operations of the API; pages and files are not. */
export const declaredRoutes = (routes: readonly Route[]): DeclaredRoute[] =>
  routes.flatMap(({ method, path, hooks }) => {
    const declaration = declarationOf(hooks.detail)
    return declaration === null ? [] : [{ method: method.toUpperCase(), path, declaration }]
  })

/** Finds the declaration of a route; made at the first request, when all routes are there. */
export function createDeclarationLookup(
  routes: () => readonly Route[],
): (method: string, route: string) => Declaration {
  let byRoute: Map<string, Declaration> | null = null
  const read = (): Map<string, Declaration> => {
    const entries = routes().flatMap(({ method, path, hooks }) => {
      const declaration = declarationOf(hooks.detail)
      return declaration === null ? [] : [[`${method} ${path}`, declaration] as const]
    })
    return new Map(entries)
  }
  return (method, route) => {
    byRoute ??= read()
    const found = byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${route}`)
    // A route of the API that declares nothing is a fault of ours, and lets nobody in.
    if (found === undefined) throw new Error(`${method} ${route} declares nothing`)
    return found
  }
}

/** Throws 403 where a restricted API key may not use an operation. */
export function requirePermission(
  permission: Caller['permission'],
  { access }: Pick<Declaration, 'access'>,
): void {
  if (permission === 'all') return
  const isReader = permission === 'read' || permission === 'tokens'
  if (isReader && access === 'read') return
  if (permission === 'links' && access === 'link') return
  const allowed = isReader ? 'read' : 'make links'
  throw new ApiError(403, 'api_key_restricted', `This API key may only ${allowed}`)
}
