import {
  type ObjectOptions,
  type TObject,
  type TProperties,
  type TSchema,
  Type,
} from '@sinclair/typebox'
import { mayChange, mayLink, mayRead, maySpeak } from '../domain/environments/key-permissions.ts'
import { createShape } from '../domain/shape.ts'
import { ApiError, refusedFields } from './api-error.ts'
import type { Caller } from './authenticate.ts'
import type { ErrorDto, ValidationErrorDto } from './error-response.ts'
import type { RateCategory } from './rate-limits.ts'
import type { HeaderName, Presence } from './responses.ts'
import type { Route } from './routes.ts'

/** A section of the API description. Each resource declares its own. */
export type Tag = Readonly<{ name: string; description: string }>

/** Which API keys may use an operation. */
export type Access =
  /** No API key is needed. */
  | 'public'
  /** Every key except those restricted to making links. */
  | 'read'
  /** Unrestricted keys. */
  | 'write'
  /** Unrestricted keys, and those restricted to making links. */
  | 'link'
  /** Keys with the permission `speak`. */
  | 'speak'

/** One response of an operation: when it is sent, and its body. */
export type DeclaredResponse = {
  description: string
  /** Omitted for an `ErrorDto`, and if there is no body. */
  schema?: TSchema
  contentType?: 'text/html'
  /** Headers specific to this response; those that every response with its status has are added. */
  headers?: Readonly<Partial<Record<HeaderName, Presence>>>
}

/**
 * Everything about an operation, declared once: requests are validated by it, handlers and clients
 * are typed by it, permissions and rate limits are read from it, and the API description is
 * generated from it.
 */
export type Declaration = {
  /** The id from Novu's API description, if it has the operation: SDKs derive method names from it. */
  operationId: string
  summary: string
  /** Markdown. */
  description: string
  tag: Tag
  deprecated?: true
  access: Access
  /** The rate limit that applies. Public operations are limited by client address. */
  limit?: RateCategory
  /** Responses contain tokens or webhook URLs, so they must not be cached. */
  holdsSecrets?: true
  /** A POST or PATCH that changes nothing, whose response is not recorded for repeated requests. */
  neverReplayed?: true
  /** Exempts a public operation, such as a health check, from rate limiting. */
  unlimited?: true
  params?: TObject
  query?: TObject
  /** Query parameters that the handler validates itself: described, but not validated here. */
  unvalidatedQuery?: TObject
  body?: TSchema
  /** By status: the success response, and the errors that are specific to this operation. */
  responses: Readonly<Record<number, DeclaredResponse>>
  /** An example body. It must work in a sandbox. */
  example?: Readonly<Record<string, unknown>>
  /** The call in `@novu/api`; `$body` stands for the example. Absent if the SDK has no method. */
  sdk?: string
}

/** Error responses that every operation can have. */
type Shared = {
  401: typeof ErrorDto
  403: typeof ErrorDto
  429: ReturnType<typeof Type.String>
  500: typeof ErrorDto
  503: ReturnType<typeof Type.String>
}
type WithInput = { 400: typeof ErrorDto; 422: typeof ValidationErrorDto }

/** Without a declared schema, an error is an `ErrorDto`, and anything else has no body. */
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

/** A route's options, as Elysia takes them and as typed clients (Eden) see them. */
export type Declared<D extends Declaration> = {
  response: ResponsesOf<D>
  detail: { declaration: D }
} & Pick<D, Extract<keyof D, 'params' | 'query' | 'body'>>

/**
 * Creates a route's options from its declaration. Response schemas exist only in the types: Elysia
 * compiles every response schema at a route's first call even if told not to validate, which takes
 * 60 ms and 20 MB for 50 routes. The tests check every response against its declaration instead.
 *
 * latch reads and validates the body itself, after authentication; Elysia validates only bodies
 * that it has read.
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
  // The only cast: the types include response schemas that are absent at run time.
  return options as typeof options & Declared<D>
}

/**
 * An object in a request. Unknown properties are ignored, as at Novu. This must be explicit:
 * Elysia rejects unknown properties of objects that leave it unspecified.
 */
export const openObject = <Properties extends TProperties>(
  properties: Properties,
  options: ObjectOptions = {},
): TObject<Properties> => Type.Object(properties, { ...options, additionalProperties: true })

/**
 * Query parameters, with unknown ones refused: ignoring a misspelt parameter would do something
 * other than what was asked for.
 */
export const closedQuery = <Properties extends TProperties>(
  properties: Properties,
): TObject<Properties> => Type.Object(properties, { additionalProperties: false })

/** Returns the declaration in a route's options, or null if it has none. */
export function declarationOf(detail: unknown): Declaration | null {
  if (typeof detail !== 'object' || detail === null || !('declaration' in detail)) return null
  const { declaration } = detail
  return isDeclaration(declaration) ? declaration : null
}

/** Only `declares` puts a `declaration` into a route's detail, so this check suffices. */
const isDeclaration = (value: unknown): value is Declaration =>
  typeof value === 'object' && value !== null && 'operationId' in value

/** An operation, with its method and path. */
export type DeclaredRoute = {
  /** In upper case. */
  method: string
  path: string
  declaration: Declaration
}

/** The routes that are API operations, as opposed to pages and files. */
export const declaredRoutes = (routes: readonly Route[]): DeclaredRoute[] =>
  routes.flatMap(({ method, path, hooks }) => {
    const declaration = declarationOf(hooks.detail)
    return declaration === null ? [] : [{ method: method.toUpperCase(), path, declaration }]
  })

/**
 * Looks up a route's declaration. The map is built on the first request, when all routes have been
 * added.
 */
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
    // An API route without a declaration is a bug: fail closed.
    if (found === undefined) throw new Error(`${method} ${route} declares nothing`)
    return found
  }
}

const IS_PERMITTED: Readonly<Record<Access, (permissions: Caller['permissions']) => boolean>> = {
  public: () => true,
  read: mayRead,
  write: mayChange,
  link: mayLink,
  speak: maySpeak,
}

/** Throws 403 if the API key's permissions do not cover the operation. */
export function requirePermission(
  permissions: Caller['permissions'],
  { access }: Pick<Declaration, 'access'>,
): void {
  if (IS_PERMITTED[access](permissions)) return
  throw new ApiError(403, 'api_key_restricted', restriction(permissions))
}

function restriction(permissions: Caller['permissions']): string {
  if (mayChange(permissions)) return 'This API key may not create speaker tokens'
  const allowed = [
    ...(mayRead(permissions) ? ['read'] : []),
    ...(mayLink(permissions) ? ['make links'] : []),
    ...(maySpeak(permissions) ? ['create speaker tokens'] : []),
  ]
  return allowed.length === 0
    ? 'This API key has no permission that this version of latch knows'
    : `This API key may only ${new Intl.ListFormat('en').format(allowed)}`
}
