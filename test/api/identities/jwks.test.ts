import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { replaceSigningKeys } from '../../../src/operator/signing-keys.ts'
import { expectAnswer } from '../../harness/cases.ts'
import { startService, type TestService } from '../../harness/service.ts'
import { linkedEndpoint } from './linked.ts'

const service = await startService()
afterAll(() => service.stop())
const { store, clock } = service.deps
const environmentId = String((await store.environments.first())?.id)
const keysUrl = (environment: string): string =>
  `${service.url}/environments/${environment}/.well-known/jwks.json`

const BODY = { providerId: 'slack', workspaceId: 'T1', userId: 'U1' }

/** Stores a user whose link the session of an app has verified. */
async function link({ deps }: TestService): Promise<void> {
  const environment = String((await deps.store.environments.first())?.id)
  const integration = await deps.store.integrations.findByIdentifier(environment, 'slack')
  await deps.store.commit(
    linkedEndpoint(deps, {
      environmentId: environment,
      integrationId: String(integration?.id),
      subscriberId: 'subscriber-123',
      chatUserId: 'U1',
      verification: 'session',
    }),
  )
}
beforeAll(() => link(service))

async function create(): Promise<string> {
  const { status, body } = await service.api('POST', '/v1/identities/token', BODY)
  expect(status).toBe(200)
  return (body as { token: string }).token
}

/** Null if it is verified, otherwise what is wrong with it. */
const problemOf = (token: string): Promise<unknown> =>
  jwtVerify(token, createRemoteJWKSet(new URL(keysUrl(environmentId))), {
    currentDate: new Date(clock()),
  }).then(
    () => null,
    (error: unknown) => (error instanceof Error ? Reflect.get(error, 'code') : error),
  )

describe('the keys of an environment', () => {
  type Keys = { keys: { kid: string }[] }
  const keys = async (environment = environmentId) => {
    const { status, body, headers } = await service.open(keysUrl(environment), {})
    expect(status).toBe(200)
    const kids = (body as Keys).keys.map(({ kid }) => kid)
    return { kids, text: JSON.stringify(body), caching: headers.get('cache-control') }
  }
  const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid)
  const rotate = () => replaceSigningKeys(service.deps, 'signing-keys.rotate')

  test('are public, without their private half, which is sealed in the database', async () => {
    await create()
    const { text, caching } = await keys()
    expect(caching).toBe('public, max-age=300')
    expect(text).not.toContain('"d"')
    const [key] = await store.signingKeys.list(environmentId)
    const secret = JSON.parse(String(await store.signingKeys.openPrivate(String(key?.id)))) as {
      d: string
    }
    expect(secret.d).toMatch(/^[\w-]{43}$/)
    const files = [service.databaseFile, `${service.databaseFile}-wal`].filter(existsSync)
    for (const file of files) expect(readFileSync(file, 'latin1')).not.toContain(secret.d)
  })

  test('overlap: who holds the old keys knows every token, and who fetches them too', async () => {
    const before = await create()
    const old = kidOf(before)
    await rotate()
    const [next = ''] = (await keys()).kids.filter((kid) => kid !== old)
    expect((await keys()).kids.sort()).toEqual([next, old].sort())
    // Published, but not yet in use: who fetched the keys just before does not know it.
    expect(kidOf(await create())).toBe(old)
    service.advance(10 * 60_000 - 1000)
    const last = await create()
    expect(kidOf(last)).toBe(old)
    service.advance(1000)
    const first = await create()
    expect(kidOf(first)).toBe(next)
    for (const token of [last, first]) expect(await problemOf(token)).toBeNull()
    service.advance(5 * 60_000 - 2000)
    expect(await problemOf(last)).toBeNull()
    service.advance(5 * 60_000 + 2000)
    expect((await keys()).kids).toEqual([next])
    expect(await problemOf(last)).toBe('ERR_JWKS_NO_MATCHING_KEY')
    // The next rotation removes it from the database.
    await rotate()
    const stored = await store.signingKeys.list(environmentId)
    expect(stored.map(({ id }) => id)).not.toContain(old)
    expect(stored).toHaveLength(2)
  })

  test('begin with one, however many first tokens are asked for at once', async () => {
    const fresh = await startService()
    const environment = String((await fresh.deps.store.environments.first())?.id)
    const address = `${fresh.url}/environments/${environment}/.well-known/jwks.json`
    const none = await fresh.open(address, {})
    expect([none.body, none.headers.get('cache-control')]).toEqual([{ keys: [] }, 'no-store'])
    await link(fresh)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fresh.api('POST', '/v1/identities/token', BODY)),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const kids = answers.map(({ body }) => kidOf((body as { token: string }).token))
    expect(new Set(kids).size).toBe(1)
    expect(await fresh.deps.store.signingKeys.list(environment)).toHaveLength(1)
    await fresh.stop()
  })

  test('of no environment are not found', async () => {
    await expectAnswer(
      service,
      { method: 'GET', path: '/environments/none/.well-known/jwks.json', key: null },
      { status: 404, code: 'environment_not_found' },
    )
  })
})
