import { afterAll, describe, expect, test } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

const PATH = '/v1/integrations'
const SECRETS = { clientId: '1000000000009.8', secretKey: 'sealed' }

let count = 0
/** A new integration: its path, and what is stored of its credentials. */
async function integration(body: object = { credentials: SECRETS }) {
  count += 1
  const identifier = `settings-${count}`
  const made = await service.api('POST', PATH, {
    providerId: 'slack',
    channel: 'chat',
    identifier,
    ...body,
  })
  const { _id, _environmentId } = made.body as { _id: string; _environmentId: string }
  const stored = async () =>
    (await service.deps.store.integrations.findById(_environmentId, _id))?.credentials
  return { made, path: `${PATH}/${_id}`, stored }
}

const REDIRECT = 'redirectUrl must be an https address, with no user and no fragment'
const ORIGIN = 'openerOrigin must be an origin, such as https://app.example.com'

describe('PUT /v1/integrations/{integrationId}', async () => {
  const other = await addEnvironment(service)
  const { made, path, stored } = await integration({
    name: 'First',
    credentials: SECRETS,
    configurations: { hmac: true },
  })
  const { _id, _environmentId, _organizationId, identifier } = made.body as Record<string, string>
  const unknown = 'a'.repeat(24)

  testCases(service, { method: 'PUT', path, body: { name: 'Second' } }, [
    {
      name: 'changes what is sent, and leaves the rest',
      status: 200,
      contains: {
        _id,
        _environmentId,
        _organizationId,
        name: 'Second',
        identifier,
        providerId: 'slack',
        channel: 'chat',
        active: false,
        configurations: { hmac: true },
        credentials: undefined,
        deleted: false,
        primary: false,
        conditions: [],
      },
      lacks: [...Object.values(SECRETS), 'First'],
    },
    {
      name: 'accepts credentials, and returns none of them',
      request: { body: { credentials: { secretKey: 'another-secret' } } },
      status: 200,
      contains: { credentials: undefined, configurations: { hmac: true } },
      lacks: [...Object.values(SECRETS), 'another-secret'],
    },
    {
      name: 'its own identifier',
      request: { body: { identifier, active: true } },
      status: 200,
      contains: { identifier, active: true },
    },
    {
      name: 'neither the provider nor the channel',
      request: { body: { active: true, providerId: 'msteams', channel: 'email' } },
      status: 200,
      contains: { providerId: 'slack', channel: 'chat' },
      lacks: ['msteams', 'email'],
    },
    {
      name: 'the id in capitals, which is the same number',
      request: { path: `${PATH}/${_id?.toUpperCase()}` },
      status: 200,
      contains: { _id },
    },
    {
      name: 'the id of the key’s environment',
      request: { body: { name: 'Second', _environmentId } },
      status: 200,
      contains: { _environmentId },
    },
    {
      name: 'the id of another environment',
      request: { body: { name: 'Stolen', _environmentId: other.id } },
      status: 403,
      code: 'other_environment',
      contains: {
        message:
          'API key authentication is scoped to a single environment and cannot target a different `_environmentId`. Use an API key from the target environment, or authenticate with a session token.',
      },
      lacks: 'Stolen',
    },
    {
      name: 'nothing',
      request: { body: {} },
      status: 400,
      code: 'nothing_to_update',
      contains: { message: 'No properties found for update' },
    },
    {
      name: 'an unknown id',
      request: { path: `${PATH}/${unknown}` },
      status: 404,
      code: 'integration_not_found',
      contains: { message: `Entity with id ${unknown} not found` },
    },
    {
      name: 'the integration of another environment',
      request: { key: other.apiKey },
      status: 404,
      code: 'integration_not_found',
      contains: { message: `Entity with id ${_id} not found` },
      lacks: 'Second',
    },
    {
      name: 'an identifier that another one has',
      request: { body: { identifier: 'slack' } },
      status: 409,
      code: 'integration_exists',
      contains: { message: 'Integration with identifier already exists' },
    },
    {
      name: 'an invalid id',
      request: { path: `${PATH}/nope` },
      ...refusedField('integrationId', 'integrationId must be a mongodb id'),
    },
    {
      name: 'an empty identifier',
      request: { body: { identifier: '' } },
      ...refusedField('identifier', 'identifier should not be empty'),
    },
    {
      name: 'a client id that is a number, and an unknown binding',
      request: { body: { credentials: { clientId: 5, binding: 'none' } } },
      status: 422,
      contains: {
        errors: {
          'credentials.clientId': { messages: ['credentials.clientId must be a string'] },
          'credentials.binding': {
            messages: ['credentials.binding must be one of the following values: cookie'],
          },
        },
      },
    },
    ...['credentials', 'configurations'].map((place) => ({
      name: `unsafe addresses in ${place}`,
      request: {
        body: { [place]: { redirectUrl: 'javascript:alert(1)', openerOrigin: '*' } },
      },
      status: 422,
      contains: {
        errors: {
          [`${place}.redirectUrl`]: { messages: [REDIRECT], value: 'javascript:alert(1)' },
          [`${place}.openerOrigin`]: { messages: [ORIGIN], value: '*' },
        },
      },
    })),
  ])

  test('stores nothing when it refuses', async () => {
    expect(await stored()).toEqual({
      clientId: '1000000000009.8',
      secretKey: 'another-secret',
      hmac: true,
    })
    const { body } = await service.api('GET', PATH)
    expect((body as { data: object[] }).data).toContainEqual(
      expect.objectContaining({ _id, identifier, name: 'Second', active: true }),
    )
  })
})

describe('an update of an integration', () => {
  test('keeps the credentials that it does not name', async () => {
    const { path, stored } = await integration()
    const redirectUrl = 'https://app.example.com/linked'
    const { status } = await service.api('PUT', path, { credentials: { redirectUrl } })
    expect(status).toBe(200)
    expect(await stored()).toEqual({ ...SECRETS, redirectUrl })
    await service.api('PUT', path, { credentials: { secretKey: 'another' } })
    expect(await stored()).toEqual({
      clientId: '1000000000009.8',
      secretKey: 'another',
      redirectUrl,
    })
  })

  test('removes what is null', async () => {
    const { path, stored } = await integration({
      credentials: { ...SECRETS, binding: 'cookie', pkce: true },
    })
    await service.api('PUT', path, {
      credentials: { secretKey: null, pkce: null },
      configurations: { binding: null },
    })
    expect(await stored()).toEqual({ clientId: '1000000000009.8' })
  })

  test('does not mistake an inherited JavaScript property for a setting', async () => {
    const settings = { redirectUrl: 'https://app.example.com/linked', hmac: true }
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      const { path, stored } = await integration({ credentials: SECRETS, configurations: settings })
      const given: unknown = JSON.parse(`{ "${name}": "x" }`)
      const { body } = await service.api('PUT', path, { configurations: given })
      expect([name, body]).toEqual([name, expect.objectContaining({ configurations: settings })])
      expect(await stored()).toEqual({ ...SECRETS, ...settings })
      const other = await service.api('PUT', path, { credentials: given })
      expect(other.body).toMatchObject({ configurations: settings })
    }
  })

  test('accepts settings in `configurations`, and returns them there without any secret', async () => {
    const settings = { openerOrigin: 'https://app.example.com', hmac: true }
    const { made, path, stored } = await integration({
      credentials: SECRETS,
      configurations: { ...settings, secretKey: 'not a setting', inboundWebhookEnabled: true },
    })
    expect(made.body).toMatchObject({ configurations: settings })
    expect(await stored()).toEqual({ ...SECRETS, ...settings })
    const { body } = await service.api('PUT', path, { configurations: { hmac: null } })
    const { hmac: _, ...left } = settings
    expect((body as { configurations: unknown }).configurations).toEqual(left)
    const list = await service.api('GET', PATH)
    expect((list.body as { data: object[] }).data).toContainEqual(
      expect.objectContaining({ configurations: left, credentials: {} }),
    )
    expect(list.text).not.toContain('sealed')
  })

  test('is applied or refused with 503 if there are many at once, and none is lost', async () => {
    const { path, stored } = await integration()
    const names = Array.from({ length: 8 }, (_, index) => `part${index}`)
    const put = (name: string) => service.api('PUT', path, { credentials: { [name]: 'set' } })
    const answers = await Promise.all(names.map(async (name) => ({ name, ...(await put(name)) })))
    const sentAway = answers.filter(({ status }) => status !== 200)
    expect(sentAway.length).toBeLessThan(names.length)
    for (const { status, headers, body } of sentAway) {
      expect([status, headers.get('retry-after'), body]).toEqual([
        503,
        '1',
        'Please wait some time, then try again.',
      ])
    }
    const setNow = async () => Object.keys((await stored()) ?? {}).filter((key) => key in SET)
    const SET = Object.fromEntries(names.map((name) => [name, 'set']))
    const done = answers.filter(({ status }) => status === 200).map(({ name }) => name)
    expect((await setNow()).sort()).toEqual(done.sort())
    for (const { name } of sentAway) expect((await put(name)).status).toBe(200)
    expect(await stored()).toEqual({ ...SECRETS, ...SET })
  })

  test('keeps concurrent changes to different settings', async () => {
    const { path, stored } = await integration()
    const changes = [{ hmac: true }, { binding: 'cookie' }, { pkce: true }]
    const answers = await Promise.all(
      changes.map((credentials) => service.api('PUT', path, { credentials })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await stored()).toEqual({ ...SECRETS, hmac: true, binding: 'cookie', pkce: true })
  })

  test('keeps concurrent changes to different properties', async () => {
    const { made, path, stored } = await integration({})
    const { _id } = made.body as { _id: string }
    const credentials = { clientId: '7.7', secretKey: 'x' }
    await Promise.all([
      service.api('PUT', path, { name: 'New name' }),
      service.api('PUT', path, { active: true }),
      service.api('PUT', path, { credentials }),
    ])
    expect(await stored()).toEqual(credentials)
    const { body } = await service.api('GET', PATH)
    expect((body as { data: object[] }).data).toContainEqual(
      expect.objectContaining({ _id, name: 'New name', active: true }),
    )
  })
})
