import { afterAll, describe, expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import Ajv2020 from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { readContract } from '../contract/contract.ts'
import {
  type Answer,
  LINK_PATH,
  SAMPLE_BODY,
  startService,
  WITH_LIMITS,
} from '../harness/service.ts'

type Described = {
  operationId: string
  summary: string
  description: string
  tags: string[]
  requestBody?: { content: { 'application/json': { schema: { $ref: string }; example?: unknown } } }
  responses: Record<string, { headers: Record<string, object>; content?: object }>
  'x-codeSamples': { lang: string; source: string }[]
}
type Document = {
  openapi: string
  paths: Record<string, Record<string, Described>>
  components: { schemas: Record<string, { properties: object; required: string[] }> }
}

const service = await startService(WITH_LIMITS)
const document = (await service.open(`${service.url}/openapi.json`)).body as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)
const link = document.paths[LINK_PATH]?.['post'] as Described
afterAll(() => service.stop())

/** What is made first, then read, then changed, and deleted last. */
function inOrder(): typeof operations {
  const rank = ({ path, method }: { path: string; method: string }): number => {
    if (method === 'post') return path.includes('{') ? 3 : 0
    if (method === 'delete') return path.includes('integrationId') ? 6 : path.includes('v2') ? 5 : 4
    return method === 'get' ? 1 : 2
  }
  return [...operations].sort((left, right) => rank(left) - rank(right))
}

/** Holds an answer against what the document says of that operation and status. */
function expectDescribed(path: string, method: string, { status, headers, body }: Answer): void {
  const operation = document.paths[path]?.[method]
  const described = operation?.responses[status]
  expect(`${status} of ${Object.keys(operation?.responses ?? {})}`).toMatch(
    new RegExp(`^${status} of .*\\b${status}\\b`),
  )
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema(document, 'document')
  const escaped = path.replaceAll('/', '~1')
  const place = `#/paths/${escaped}/${method}/responses/${status}/content/application~1json/schema`
  const validate = ajv.compile({ $ref: `document${encodeURI(place).replaceAll('%23', '#')}` })
  validate(body)
  expect(validate.errors ?? []).toEqual([])
  const sent = ['ratelimit-limit', 'idempotency-key', 'retry-after', 'allow', 'x-request-id']
  const promised = Object.keys(described?.headers ?? {}).map((name) => name.toLowerCase())
  for (const name of sent.filter((header) => headers.has(header))) expect(promised).toContain(name)
}

describe("the API's description", () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(structuredClone(document))
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)
    expect(validator.version).toBe('3.1')
  })

  test('is the same as YAML', async () => {
    const { text, headers } = await service.open(`${service.url}/openapi.yaml`)
    expect(headers.get('content-type')).toStartWith('application/yaml')
    expect(parse(text)).toEqual(document)
  })

  test("contains nothing that only latch's own validation understands", () => {
    expect(JSON.stringify(document)).not.toMatch(/emptyMessage|errorMessage|patternMessage/)
  })

  test('says what is validated beyond the schemas', () => {
    type Property = { enum?: string[]; maxProperties?: number; type?: string | string[] }
    const properties = (name: string): Record<string, Property> =>
      Object(document.components.schemas[name]?.properties)
    expect(properties('CreateIntegrationRequestDto')['providerId']?.enum).toEqual([
      ...service.deps.providers.keys(),
    ])
    expect(properties('CreateChannelEndpointRequestDto')['type']?.enum).toContain('slack_user')
    const link = properties('GenerateLinkUserOauthUrlRequestDto')
    expect(link['context']?.maxProperties).toBe(5)
    // `null` is the same as left out, so only where something may be left out.
    expect(link['contextHash']?.type).toEqual(['string', 'null'])
    expect(link['subscriberId']?.type).toBe('string')
    const statuses = (path: string, method: string): string[] =>
      Object.keys(document.paths[path]?.[method]?.responses ?? {})
    expect(statuses('/v1/integrations/{integrationId}', 'delete')).toContain('422')
    expect(statuses('/v1/integrations/{integrationId}/set-primary', 'post')).toContain('422')
    expect(statuses('/v1/channel-connections/{identifier}/verify', 'post')).toContain('400')
    expect(statuses('/healthz', 'get')).not.toContain('429')
  })

  test('has every operation once, with a description, a tag and samples', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { operation } of operations) {
      expect(operation.summary).not.toBe('')
      expect(operation.description.length).toBeGreaterThan(20)
      expect(operation.tags).toHaveLength(1)
      expect(operation['x-codeSamples'].map(({ lang }) => lang)).toContain('shell')
    }
  })

  test('has no empty text and no empty list of examples', () => {
    const places = ['description', 'summary', 'title', 'name', 'lang', 'label', 'source']
    const empty: string[] = []
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return
      for (const [name, inside] of Object.entries(value)) {
        const isText = places.includes(name) && typeof inside === 'string'
        const isList = ['examples', 'enum', 'tags'].includes(name) && Array.isArray(inside)
        if ((isText && inside.trim() === '') || (isList && inside.length === 0)) {
          empty.push(`${path}.${name}`)
        }
        look(inside, `${path}.${name}`)
      }
    }
    look(document, '')
    expect(empty).toEqual([])
  })

  test('names each response, header and schema', () => {
    for (const { path, method, operation } of operations) {
      for (const [status, { headers }] of Object.entries(operation.responses)) {
        const names = [path, method, status, ...Object.keys(headers ?? {})]
        expect(names.filter((name) => name === '')).toEqual([])
      }
    }
    expect(Object.keys(document.components.schemas)).not.toContain('')
  })

  test('leaves out no route', async () => {
    for (const { path, method } of operations) {
      const { status } = await service.api('TRACE', path.replaceAll(/\{\w+\}/g, 'x'))
      expect(`${method} ${path} ${status}`).toBe(`${method} ${path} 405`)
    }
    // Asked of the server: every method that it allows at a path is described there.
    for (const [path, methods] of Object.entries(document.paths)) {
      const answer = await service.api('OPTIONS', path.replaceAll(/\{\w+\}/g, 'x'))
      const allowed = (answer.headers.get('allow') ?? '').split(', ')
      const matching = Object.entries(document.paths).filter(([template]) =>
        new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
      )
      const described = [...new Set(matching.flatMap(([, named]) => Object.keys(named)))].map(
        (method) => method.toUpperCase(),
      )
      expect(Object.keys(methods).length).toBeLessThanOrEqual(described.length)
      expect(allowed.filter((method) => method !== 'HEAD').sort()).toEqual(described.sort())
    }
  })

  test('matches real responses', async () => {
    const post = (body: unknown, headers?: Record<string, string>) =>
      service.api('POST', LINK_PATH, body, headers)
    const restricted = await service.addKey({ permissions: ['read'] })
    for (const answer of [
      await post(SAMPLE_BODY, { 'idempotency-key': 'described' }),
      await post('{', {}),
      await post(SAMPLE_BODY, { authorization: 'ApiKey nobody' }),
      await post(SAMPLE_BODY, { authorization: `ApiKey ${restricted}` }),
      await post({ ...SAMPLE_BODY, subscriberId: 'nobody' }),
      await service.api('PUT', LINK_PATH, SAMPLE_BODY),
      await post({ ...SAMPLE_BODY, padding: 'x'.repeat(110_000) }),
      await service.api('POST', `${LINK_PATH}?${'x'.repeat(9000)}`, SAMPLE_BODY),
      await post('x', { 'content-type': 'text/plain' }),
      await post({ userScope: 1 }),
    ]) {
      expectDescribed(LINK_PATH, 'post', answer)
    }
    const path = '/v1/channel-connections/{identifier}'
    const found = await service.api('GET', path.replace('{identifier}', 'slack-connection-abc123'))
    expect(found.status).toBe(200)
    expectDescribed(path, 'get', found)
    expectDescribed(path, 'get', await service.api('GET', path.replace('{identifier}', 'none')))
    expectDescribed(
      '/v1/channel-endpoints',
      'get',
      await service.api('GET', '/v1/channel-endpoints'),
    )
    expectDescribed('/healthz', 'get', await service.api('GET', '/healthz'))
  })

  test('has all that the contract says of the link operation', () => {
    const contract = readContract()
    const wanted = contract.paths[LINK_PATH]?.post
    expect(link.operationId).toBe(String(wanted?.operationId))
    expect(Object.keys(link.responses)).toEqual(
      expect.arrayContaining(Object.keys(wanted?.responses ?? {})),
    )
    const request = document.components.schemas['GenerateLinkUserOauthUrlRequestDto']
    const theirs = contract.components.schemas['GenerateLinkUserOauthUrlRequestDto']
    expect(Object.keys(request?.properties ?? {})).toEqual(
      expect.arrayContaining(Object.keys(theirs?.properties ?? {})),
    )
    expect(request?.required).toEqual(theirs?.required as string[])
    for (const name of Object.keys(contract.components.headers)) {
      if (name !== 'Content-Type') expect(JSON.stringify(link.responses)).toContain(name)
    }
  })

  test('has samples that work unchanged', async () => {
    const { source = '' } = link['x-codeSamples'].find(({ lang }) => lang === 'typescript') ?? {}
    const script = `${import.meta.dir}/sample.tmp.ts`
    await Bun.write(script, source)
    try {
      const run = Bun.spawn([process.execPath, script], {
        env: { ...process.env, LATCH_API_KEY: 'latch_test' },
        stdout: 'pipe',
        stderr: 'inherit',
      })
      expect(await new Response(run.stdout).text()).toContain('/oauth/v2/authorize?')
    } finally {
      await Bun.file(script).delete()
    }
    if (Bun.which('curl') === null) return
    const { body } = await service.api('GET', '/v1/integrations')
    const integrationId = String((body as { data: { _id: string }[] }).data.at(-1)?._id)
    const environmentId = (await service.deps.store.environments.first())?.id
    const made = await service.api('POST', LINK_PATH, SAMPLE_BODY)
    const linkId = made.headers.get('latch-link-id')
    // The user of the sample of a look-up.
    await service.open(await service.consent(await service.link()))
    const said: string[] = []
    for (const { operation } of inOrder()) {
      const [sample] = operation['x-codeSamples']
      // What a sample cannot know.
      const source = String(sample?.source)
        .replace('integrations/integrationId', `integrations/${integrationId}`)
        .replace('environments/environmentId', `environments/${environmentId}`)
        .replace(/links\/lnk_[\w-]+/, `links/${linkId}`)
      const run = Bun.spawn(['sh', '-c', `${source} -o /dev/null -w '%{http_code}'`], {
        env: { ...process.env, LATCH_API_KEY: 'latch_test' },
        stdout: 'pipe',
      })
      said.push(`${operation.operationId} ${await new Response(run.stdout).text()}`)
    }
    expect(said.filter((line) => !/ 20[014]$/.test(line))).toEqual([
      // The ticket of a link that nobody has opened, a link that no session verified, a callback
      // without a state, what chat does not have, and a connection that waits for nothing.
      'LinksController_completeLink 404',
      'IdentitiesController_createSpeakerToken 403',
      'IntegrationsController_getChatOAuthCallback 400',
      'IntegrationsController_setIntegrationAsPrimary 400',
      'ChannelConnectionsController_approveChannelConnection 409',
    ])
  })
})

describe('the documentation', () => {
  test('has a page for each operation, which llms.txt names', async () => {
    const { text, headers } = await service.open(`${service.url}/llms.txt`)
    expect(headers.get('content-type')).toStartWith('text/plain')
    for (const { path, method, operation } of operations) {
      const address = `${service.url}/docs/api/${operation.operationId}.md`
      expect(text).toContain(`](${address}): ${method.toUpperCase()} ${path}`)
      const page = await service.open(address)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toStartWith('text/markdown')
      expect(page.text).toStartWith(`# ${operation.summary}\n\n\`${method.toUpperCase()} ${path}\``)
      for (const status of Object.keys(operation.responses)) {
        expect(page.text).toContain(`| ${status} | `)
      }
    }
  })

  test('returns 404 for unknown pages and files', async () => {
    expect((await service.open(`${service.url}/docs/api/none.md`)).status).toBe(404)
    expect((await service.open(`${service.url}/openapi/..%2fpackage.json`)).status).toBe(404)
    expect((await service.open(`${service.url}/openapi/constructor`)).status).toBe(404)
  })
})
