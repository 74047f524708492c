import { afterAll, afterEach } from 'bun:test'
import type { TSchema } from '@sinclair/typebox'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import type { Config } from '../../src/config.ts'
import { type DeclaredRoute, declaredRoutes } from '../../src/http/declares.ts'
import type { RequestHandler } from '../../src/http/listen.ts'
import {
  type DescribedResponse,
  type HeaderName,
  type Presence,
  responsesOf,
} from '../../src/http/responses.ts'
import { createRouteNames, type Route } from '../../src/http/routes.ts'
import { noteReceived } from './received-answers.ts'

/** An answer, and the request that it is to. */
export type Exchange = {
  method: string
  url: string
  requestHeaders: Headers
  status: number
  headers: Headers
  text: string
}

/** What is wrong with an answer, in words; nothing where it is as declared. */
export type AnswerCheck = (exchange: Exchange) => string[]

type Settings = Pick<Config, 'rateLimits' | 'responseEnvelope'>

/** HTTP's own, of which no operation need speak. */
const TRANSPORT = new Set(['connection', 'content-length', 'content-type', 'date', 'keep-alive'])

const RATE_LIMIT: readonly HeaderName[] = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
]

/**
 * Holds an answer against the declaration of its operation: that the status is declared, the body has
 * its schema, every promised header is there, and no other is. `settings` is null where they are not
 * known.
 */
export function createAnswerCheck(
  routes: readonly Route[],
  settings: Settings | null,
): AnswerCheck {
  const nameOf = createRouteNames(routes)
  const declared = declaredRoutes(routes)
  return (exchange) => {
    const { method, url, status, headers } = exchange
    if (headers.get('x-request-id') === null) return ['no X-Request-Id']
    if (!url.startsWith('http')) return []
    const path = nameOf(url)
    const operations = declared.filter((route) => route.path === path)
    const wanted = method === 'HEAD' ? 'GET' : method
    const route = operations.find((one) => one.method === wanted) ?? operations[0]
    if (route === undefined || method === 'OPTIONS') return []
    const response = responsesOf(route.method, route.declaration).get(status)
    if (response === undefined) return [`status ${status} is not declared`]
    // A method that a path has not belongs to none of its operations.
    if (method !== 'HEAD')
      for (const one of status === 405 ? operations : [route]) noteReceived(one, status)
    return [
      ...headerProblems(exchange, route, response, settings),
      ...(method === 'HEAD' ? [] : bodyProblems(exchange, response, settings)),
    ]
  }
}

function headerProblems(
  { headers, requestHeaders, method }: Exchange,
  { declaration }: DeclaredRoute,
  { headers: promised }: DescribedResponse,
  settings: Settings | null,
): string[] {
  const known = new Set([...promised.keys()].map((name) => name.toLowerCase()))
  const limit = settings?.rateLimits[declaration.limit ?? 'global']
  const mustHave = (name: HeaderName, presence: Presence): boolean | null => {
    if (name.startsWith('RateLimit') && limit === 0) return false
    if (presence === 'always') return true
    if (presence === 'with_limits') return limit === undefined ? null : true
    const hasKey = Boolean(requestHeaders.get('idempotency-key'))
    if (presence === 'with_key') return hasKey
    return name.startsWith('Idempotency') && !hasKey ? false : null
  }
  const limits = RATE_LIMIT.filter((name) => headers.has(name)).length
  return [
    ...[...headers.keys()]
      .filter((name) => !known.has(name) && !TRANSPORT.has(name))
      .map((name) => `sends ${name}, which is not promised`),
    ...[...promised].flatMap(([name, presence]) => {
      const must = method === 'HEAD' ? null : mustHave(name, presence)
      if (must === null || must === headers.has(name)) return []
      return [must ? `${name} is promised (${presence}), and missing` : `${name} was not due`]
    }),
    ...(limits === 0 || limits === RATE_LIMIT.length ? [] : ['some RateLimit headers are missing']),
  ]
}

function bodyProblems(
  { status, headers, text }: Exchange,
  { json, html }: DescribedResponse,
  settings: Settings | null,
): string[] {
  const type = headers.get('content-type') ?? ''
  if (type.startsWith('text/html')) return html ? [] : ['a page, where none is declared']
  if (json === null) return text === '' ? [] : ['a body, where none is declared']
  if (!type.startsWith('application/json')) return [`a body of type "${type}", not JSON`]
  const value: unknown = JSON.parse(text)
  const isWrapped =
    settings?.responseEnvelope === 'data' &&
    status < 400 &&
    typeof value === 'object' &&
    value !== null &&
    'data' in value &&
    !Array.isArray(value.data)
  const validate = compile(json)
  validate(isWrapped ? value.data : value)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `body${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }))
const compiled = new WeakMap<TSchema, ValidateFunction>()

function compile(schema: TSchema): ValidateFunction {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const validate = ajv.compile(schema)
  compiled.set(schema, validate)
  return validate
}

const violations: string[] = []
const checkedOrigins = new Set<string>()

/** The answers of this origin are checked as they are given. */
export const checksItself = (url: string): void => {
  checkedOrigins.add(new URL(url).origin)
}
export const isChecked = (url: string): boolean => checkedOrigins.has(new URL(url).origin)

/** Remembers what is wrong with an answer, so that the test which caused it fails. */
export function hold(check: AnswerCheck, exchange: Exchange): void {
  for (const problem of check(exchange)) {
    const { method, url, status, text } = exchange
    violations.push(`${method} ${url} → ${status}: ${problem}\n${text.slice(0, 500)}`)
  }
}

/** Holds every answer of the service against its declaration, whoever asked. */
export const checked =
  (answering: RequestHandler, check: () => AnswerCheck | null): RequestHandler =>
  async (request) => {
    const response = await answering(request)
    const type = response.headers.get('content-type') ?? ''
    const hasText = response.body !== null && /json|html/.test(type)
    const text = hasText ? await response.text() : ''
    const { method, url, headers: requestHeaders } = request
    const { status, headers } = response
    const checks = check()
    if (checks !== null) hold(checks, { method, url, requestHeaders, status, headers, text })
    return hasText ? new Response(text, { status, headers }) : response
  }

/** Fails the test that is running, where an answer to it was not as declared. */
export function refuseViolations(): void {
  if (violations.length === 0) return
  const found = violations.splice(0)
  throw new Error(`answers that are not as declared:\n\n${found.join('\n\n')}`)
}

/** For every test of the run: see preload.ts. */
export function watchAnswers(): void {
  afterEach(refuseViolations)
  afterAll(refuseViolations)
}
