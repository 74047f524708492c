import { test } from 'bun:test'
import type { Answer, TestService } from './service.ts'

/** A request, as a test makes it. */
export type Asked = {
  method: string
  /** With its query. */
  path: string
  /** A text is sent as it is, all else as JSON. */
  body?: unknown
  headers?: Readonly<Record<string, string>>
  /** An API key in place of the environment's own; null: the request comes without one. */
  key?: string | null
}

type Text = string | RegExp

/** What an answer must be. */
export type Expected = {
  status: number
  /** The `ctx.code` of an error. */
  code?: string
  /**
   * What must be in the body: a text, a pattern that matches it, or an object, all of whose properties
   * the body must have, however deep. There, a pattern stands for a text that it matches, and
   * undefined for a property that must not be there.
   */
  contains?: Text | object | readonly (Text | object)[]
  /** Texts and patterns that must be nowhere in the body. */
  lacks?: Text | readonly Text[]
  /** By name, the value of each header, or a pattern of it; null: it must not be there. */
  headers?: Readonly<Record<string, Text | null>>
}

/** A line of a table: what is asked, and what must come back. */
export type Case = Expected & {
  /** What is asked, in words. */
  name: string
  /** Laid over what the requests of the table have in common. */
  request?: Partial<Asked>
  /** Makes what this case alone needs. What it resolves to is laid over the request. */
  before?: () => Promise<Partial<Asked>>
  /** Throws if what must be true afterwards is not. */
  after?: (answer: Answer) => Promise<void>
}

/** Makes a test of each case. `common`: what their requests share, such as the method and the path. */
export function testCases(service: TestService, common: Asked, cases: readonly Case[]): void {
  for (const one of cases) {
    test(`${one.status}: ${one.name}`, () => runCase(service, common, one))
  }
}

/** Sends the request of a case. Throws an error that says all that is wrong with the answer. */
export async function runCase(
  service: Pick<TestService, 'api'>,
  common: Asked,
  { request, before, after, ...expected }: Omit<Case, 'name'>,
): Promise<void> {
  const asked = { ...common, ...request, ...(await before?.()) }
  const answer = await expectAnswer(service, asked, expected)
  await after?.(answer)
}

/** Sends a request, and resolves to its answer. Throws an error that says all that is wrong with it. */
export async function expectAnswer(
  service: Pick<TestService, 'api'>,
  asked: Asked,
  expected: Expected,
): Promise<Answer> {
  const answer = await ask(service, asked)
  const problems = problemsOf(answer, expected)
  if (problems.length === 0) return answer
  const { method, path, body, headers, key } = asked
  const given = [
    `${method} ${path}`,
    ...(key === undefined ? [] : [key === null ? 'without a key' : 'with another key']),
    ...(headers === undefined ? [] : [`with ${JSON.stringify(headers)}`]),
    ...(body === undefined ? [] : [typeof body === 'string' ? body : JSON.stringify(body)]),
  ]
  const came = `${answer.status} ${answer.text === '' ? '(no body)' : answer.text}`
  throw new Error(
    [`${given.map(short).join(' ')}`, ...problems, `The answer: ${came.slice(0, 2000)}`].join('\n'),
  )
}

const short = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text)

/** Sends a request. */
export const ask = (
  { api }: Pick<TestService, 'api'>,
  { method, path, body, headers, key }: Asked,
): Promise<Answer> =>
  api(method, path, body, {
    ...(key !== undefined && { authorization: key === null ? '' : `ApiKey ${key}` }),
    ...headers,
  })

/** What is wrong with an answer, in words; empty where it is as expected. */
export function problemsOf(
  { status, body, text, headers }: Answer,
  { status: wanted, code, contains = [], lacks = [], headers: wantedHeaders = {} }: Expected,
): string[] {
  const parts = Array.isArray(contains) ? contains : [contains]
  const absent = Array.isArray(lacks) ? lacks : [lacks]
  return [
    ...(status === wanted ? [] : [`status ${status}, not ${wanted}`]),
    ...(code === undefined ? [] : differences('body.ctx.code', code, codeOf(body))),
    ...parts.flatMap((part: Text | object) =>
      isText(part)
        ? has(text, part)
          ? []
          : [`the body lacks ${shown(part)}`]
        : differences('body', part, body),
    ),
    ...absent.filter((part) => has(text, part)).map((part) => `the body has ${shown(part)}`),
    ...Object.entries(wantedHeaders).flatMap(([name, value]) =>
      differences(name, value ?? undefined, headers.get(name) ?? undefined),
    ),
  ]
}

const isText = (part: unknown): part is Text => typeof part === 'string' || part instanceof RegExp

/** Quotes in a JSON text are escaped; a test writes them as they are read. */
const has = (text: string, part: Text): boolean =>
  [text, text.replaceAll('\\"', '"')].some((one) => matches(part, one))

const matches = (part: Text, text: string): boolean =>
  typeof part === 'string' ? text.includes(part) : part.test(text)

const codeOf = (body: unknown): unknown => property(property(body, 'ctx'), 'code')

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined

/** Where a value is not what is wanted of it. */
function differences(at: string, wanted: unknown, value: unknown): string[] {
  if (wanted instanceof RegExp) {
    return typeof value === 'string' && wanted.test(value) ? [] : [differs(at, wanted, value)]
  }
  if (typeof wanted !== 'object' || wanted === null) {
    return wanted === value ? [] : [differs(at, wanted, value)]
  }
  if (typeof value !== 'object' || value === null) return [differs(at, wanted, value)]
  if (Array.isArray(wanted) && (!Array.isArray(value) || wanted.length !== value.length)) {
    return [differs(at, wanted, value)]
  }
  return Object.entries(wanted).flatMap(([name, part]) =>
    differences(`${at}.${name}`, part, property(value, name)),
  )
}

const differs = (at: string, wanted: unknown, value: unknown): string =>
  `${at} is ${shown(value)}, not ${shown(wanted)}`

const shown = (value: unknown): string =>
  value === undefined
    ? 'absent'
    : value instanceof RegExp
      ? `${value}`
      : short(JSON.stringify(value))

/** A 422 for a field, with these messages. */
export const refusedField = (field: string, ...messages: string[]): Expected => ({
  status: 422,
  code: 'validation_failed',
  contains: { errors: { [field]: { messages } } },
})
