import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import type { Answer, TestService } from '../harness/service.ts'

/** What everything started from: the part of Novu's API description that latch promises. */
const FILE = join(import.meta.dir, 'link-user-oauth.openapi.yaml')

type HeaderSpec = { $ref: string }
type ResponseSpec = {
  headers?: Record<string, HeaderSpec>
  content: { 'application/json': { schema: object } }
}
type Contract = {
  paths: Record<string, { post: { operationId: string; responses: Record<string, ResponseSpec> } }>
  components: {
    headers: Record<string, { required: boolean; schema: object }>
    schemas: Record<string, { properties: object; required: string[] }>
  }
}

/** Every status that the contract lists for the link operation. */
export const contractStatuses = (): number[] =>
  Object.keys(linkResponses(readContract())).map(Number)

/** Read once: hundreds of random requests are held against it. */
const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

export const readContract = once(() => parse(readFileSync(FILE, 'utf8')) as Contract)

const readSchemas = once(() => {
  // OpenAPI 3.0 has words (example, xml, …) that JSON Schema does not know.
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats(ajv)
  return ajv.addSchema(readContract(), 'contract')
})

/** Compiled once for each place in the contract. */
function schemaAt(pointer: string): ValidateFunction {
  const validate = readSchemas().getSchema(`contract#${pointer}`)
  if (validate === undefined) throw new Error(`the contract has no ${pointer}`)
  return validate
}

function linkResponses(contract: Contract): Record<string, ResponseSpec> {
  const operation = contract.paths['/v1/integrations/channel-endpoints/oauth']?.post
  if (operation === undefined) throw new Error('the contract has no link operation')
  return operation.responses
}

const RATE_LIMIT_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
]

/**
 * Holds an answer against the contract's own schemas: status, every header that it may or must
 * have, and the body. `authenticated`: the four rate-limit headers must be there too.
 */
export function expectConforms(
  answer: Pick<Answer, 'status' | 'headers' | 'body'>,
  status: number,
  { authenticated = true }: { authenticated?: boolean } = {},
): void {
  expect(answer.status).toBe(status)
  const contract = readContract()
  const spec = linkResponses(contract)[status]
  if (spec === undefined) throw new Error(`the contract has no ${status}`)

  const check = (pointer: string, value: unknown): void => {
    const validate = schemaAt(pointer)
    validate(value)
    expect(validate.errors ?? []).toEqual([])
  }
  const path = '/paths/~1v1~1integrations~1channel-endpoints~1oauth/post/responses'
  check(`${path}/${status}/content/application~1json/schema`, answer.body)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/)

  for (const [name, { $ref }] of Object.entries(spec.headers ?? {})) {
    const value = answer.headers.get(name)
    if (value !== null) check(`${$ref.slice(1)}/schema`, value)
    const { required } = contract.components.headers[name] ?? {}
    if (required === true) expect(value).not.toBeNull()
  }
  if (authenticated) {
    for (const name of RATE_LIMIT_HEADERS) expect(answer.headers.get(name)).not.toBeNull()
    expect(answer.headers.get('ratelimit-policy')).toMatch(
      /^\d+;w=1;burst=\d+;comment="token bucket";category="\w+";cost="single"$/,
    )
  }
}

/** Holds if an answer names a page that explains it, and that page is there. */
export async function expectLinksToGuide(service: TestService, answer: Answer): Promise<void> {
  const link = answer.headers.get('link') ?? ''
  const [, address = ''] = /^<([^>]+)>; rel="help"$/.exec(link) ?? []
  expect(address).toBe(`${service.url}/docs/idempotency`)
  expect((await fetch(address)).status).toBe(200)
}
