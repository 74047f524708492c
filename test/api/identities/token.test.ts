import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createRemoteJWKSet, type JWTVerifyResult, jwtVerify } from 'jose'
import type { LinkedSubscriber } from '../../../src/store/endpoints/identities.ts'
import { expectAnswer, refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'
import { linkedEndpoint } from './linked.ts'

const service = await startService()
afterAll(() => service.stop())
const { store, clock } = service.deps
const other = await addEnvironment(service)
const environmentId = String((await store.environments.first())?.id)

const PATH = '/v1/identities/token'
const AUDIENCE = 'https://app.example.com'
const slack = (userId: string, more: object = {}) => ({
  providerId: 'slack',
  workspaceId: 'T1',
  userId,
  ...more,
})
const issuerOf = (environment: string): string => `${service.url}/environments/${environment}`
const keysUrl = (environment: string): string => `${issuerOf(environment)}/.well-known/jwks.json`

/** As a service does that knows nothing but the issuer. */
const verify = (
  token: string,
  { environment = environmentId, audience = AUDIENCE } = {},
): Promise<JWTVerifyResult> =>
  jwtVerify(token, createRemoteJWKSet(new URL(keysUrl(environment))), {
    issuer: issuerOf(environment),
    audience,
    typ: 'latch-speaker+jwt',
    algorithms: ['ES256'],
    currentDate: new Date(clock()),
  })

const codeOf = (verifying: Promise<unknown>): Promise<unknown> =>
  verifying.then(
    () => 'verified',
    (error: unknown) => (error instanceof Error ? Reflect.get(error, 'code') : error),
  )

async function create(body: object, key?: string): Promise<string> {
  const request = { method: 'POST', path: PATH, body, ...(key !== undefined && { key }) }
  const answer = await expectAnswer(service, request, { status: 200 })
  return (answer.body as { token: string }).token
}

beforeAll(async () => {
  for (const subscriberId of ['ada', 'grace']) {
    await service.api('POST', '/v2/subscribers', { subscriberId })
  }
  const integration = async (identifier: string): Promise<string> => {
    const found = await store.integrations.findByIdentifier(environmentId, identifier)
    return String(found?.id)
  }
  const open = { providerId: 'slack', channel: 'chat', identifier: 'open', active: true }
  const configurations = { minimumVerification: 'confirm' }
  await service.api('POST', '/v1/integrations', { ...open, configurations })
  const strict = { environmentId, integrationId: await integration('slack') }
  const lenient = { environmentId, integrationId: await integration('open') }
  const session = { verification: 'session', verifiedAtMs: 1_700_000_000_000 } as const
  const rows: Parameters<typeof linkedEndpoint>[1][] = [
    { ...strict, ...session, subscriberId: 'ada', chatUserId: 'U1', contextKeys: ['tenant:acme'] },
    { ...strict, ...session, subscriberId: 'ada', chatUserId: 'U2' },
    { ...lenient, ...session, subscriberId: 'grace', chatUserId: 'U2' },
  ]
  for (const verification of ['confirm', 'none', 'asserted', 'imported'] as const) {
    for (const [name, scope] of [
      ['strict', strict],
      ['lenient', lenient],
    ] as const) {
      const chatUserId = `U-${verification}-${name}`
      rows.push({ ...scope, verification, subscriberId: 'ada', chatUserId })
    }
  }
  for (const row of rows) await store.commit(linkedEndpoint(service.deps, row))
})

describe('a speaker token', () => {
  test('is verified with nothing but the address of the keys', async () => {
    const token = await create(slack('U1'))
    const { payload, protectedHeader } = await verify(token)
    expect(payload).toMatchObject({
      iss: issuerOf(environmentId),
      sub: 'ada',
      aud: AUDIENCE,
      provider_id: 'slack',
      workspace_id: 'T1',
      user_id: 'U1',
      integration: 'slack',
      context_keys: ['tenant:acme'],
      verification: 'session',
      verified_at: 1_700_000_000,
      jti: expect.stringMatching(/^[\w-]{22}$/),
    })
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300)
    expect(Math.abs(Number(payload.iat) - clock() / 1000)).toBeLessThan(5)
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ'])
  })

  test('is for one service, and for 5 minutes', async () => {
    const token = await create(slack('U1'))
    const elsewhere = verify(token, { audience: 'https://evil.example' })
    expect(await codeOf(elsewhere)).toBe('ERR_JWT_CLAIM_VALIDATION_FAILED')
    service.advance(301_000)
    expect(await codeOf(verify(token))).toBe('ERR_JWT_EXPIRED')
  })

  test('is another one each time, even with the same idempotency key', async () => {
    const headers = { 'idempotency-key': 'again' }
    const answers = [1, 2].map(() => service.api('POST', PATH, slack('U1'), headers))
    const [one, two] = await Promise.all(answers)
    expect([one?.status, two?.status]).toEqual([200, 200])
    expect(one?.text).not.toBe(String(two?.text))
    expect(two?.headers.get('idempotency-replay')).toBeNull()
    expect(two?.headers.get('cache-control')).toBe('no-store')
  })

  test('of one environment is no token of another', async () => {
    const token = await create(slack('U1'))
    // The other environment has a key of its own from its first token on.
    const audiences = [AUDIENCE]
    const key = await service.addKey({ environmentId: other.id, permissions: ['speak'], audiences })
    const integration = { providerId: 'slack', channel: 'chat', identifier: 'slack', active: true }
    await service.api('POST', '/v1/integrations', integration, {
      authorization: `ApiKey ${other.apiKey}`,
    })
    const ofOther = await store.integrations.findByIdentifier(other.id, 'slack')
    const row = { environmentId: other.id, integrationId: String(ofOther?.id) }
    const subscriber = { subscriberId: 'eve' }
    await service.api('POST', '/v2/subscribers', subscriber, {
      authorization: `ApiKey ${other.apiKey}`,
    })
    await expectAnswer(
      service,
      { method: 'POST', path: PATH, body: slack('U1'), key },
      { status: 404, code: 'not_linked' },
    )
    await store.commit(
      linkedEndpoint(service.deps, {
        ...row,
        ...subscriber,
        chatUserId: 'U1',
        verification: 'session',
      }),
    )
    const theirs = await create(slack('U1'), key)
    expect((await verify(theirs, { environment: other.id })).payload.sub).toBe('eve')
    for (const [forged, environment] of [
      [theirs, environmentId],
      [token, other.id],
    ] as const) {
      expect(await codeOf(verify(forged, { environment }))).toBe('ERR_JWKS_NO_MATCHING_KEY')
    }
    // Not even if a service takes any issuer.
    const keys = createRemoteJWKSet(new URL(keysUrl(environmentId)))
    expect(await codeOf(jwtVerify(theirs, keys))).toBe('ERR_JWKS_NO_MATCHING_KEY')
  })
})

describe('POST /v1/identities/token', () => {
  const enough: readonly LinkedSubscriber['verification'][] = ['confirm']
  testCases(service, { method: 'POST', path: PATH, body: slack('U1') }, [
    {
      name: 'the token, when it ends, and of whom it is',
      status: 200,
      contains: { token: /^ey[\w.-]+$/, expiresAt: /^20.*Z$/, subscriberId: 'ada' },
    },
    {
      name: 'a chat user whom nobody knows',
      request: { body: slack('U9') },
      status: 404,
      code: 'not_linked',
    },
    {
      name: 'several matches, never the first',
      request: { body: slack('U2') },
      status: 409,
      code: 'ambiguous_identity',
      lacks: ['ada', 'grace', 'eyJ'],
    },
    {
      name: 'the one of an integration',
      request: { body: slack('U2', { integrationIdentifier: 'open' }) },
      status: 200,
      contains: { subscriberId: 'grace' },
    },
    {
      name: 'no link of these contexts',
      request: { body: slack('U1', { contextKeys: ['tenant:other'] }) },
      status: 404,
      code: 'not_linked',
    },
    {
      name: 'the one of a set of contexts',
      request: { body: slack('U1', { contextKeys: ['tenant:acme'] }) },
      status: 200,
    },
    ...(['confirm', 'none', 'asserted', 'imported'] as const).flatMap((verification) => [
      {
        name: `a link that is verified by "${verification}" only`,
        request: { body: slack(`U-${verification}-strict`) },
        status: 403,
        code: 'verification_too_weak',
        contains: `"${verification}", and speaker tokens need "session"`.replaceAll('"', '\\"'),
        lacks: 'eyJ',
      },
      enough.includes(verification)
        ? {
            name: `a link that is verified by "${verification}", where that is enough`,
            request: { body: slack(`U-${verification}-lenient`) },
            status: 200,
          }
        : {
            name: `a link that is verified by "${verification}", where "confirm" is enough`,
            request: { body: slack(`U-${verification}-lenient`) },
            status: 403,
            code: 'verification_too_weak',
          },
    ]),
    {
      name: 'a service for which the key is not',
      request: { body: slack('U1', { audience: 'https://evil.example' }) },
      status: 403,
      code: 'audience_not_allowed',
    },
    {
      name: 'one of several services',
      before: async () => ({
        key: await service.addKey({ permissions: ['speak'], audiences: ['a', 'b'] }),
        body: slack('U1', { audience: 'b' }),
      }),
      status: 200,
    },
    {
      name: 'several services to choose from',
      before: async () => ({
        key: await service.addKey({ permissions: ['speak'], audiences: ['a', 'b'] }),
      }),
      ...refusedField('audience', 'audience must be one of the following values: a, b'),
    },
    ...(['all', 'read', 'tokens', 'links'] as const).map((permission) => ({
      name: `a key with the permission "${permission}" alone`,
      before: async () => ({
        key: await service.addKey({ permissions: [permission], audiences: [AUDIENCE] }),
      }),
      status: 403,
      code: 'api_key_restricted',
    })),
    {
      name: 'a key without audiences',
      before: async () => ({
        key: await service.addKey({ permissions: ['speak'] }),
        body: slack('U1', { audience: AUDIENCE }),
      }),
      status: 403,
      code: 'audience_not_allowed',
    },
  ])
})
