import { afterAll, describe, expect, test } from 'bun:test'
import { startService } from '../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

const PATH = '/v1/integrations'
const SECRETS = { clientId: '1.2', secretKey: 'sealed' }

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

describe('PUT /v1/integrations/{id}', () => {
  test('keeps each of the credentials that it does not name', async () => {
    const { path, stored } = await integration()
    const redirectUrl = 'https://app.example.com/linked'
    const { status } = await service.api('PUT', path, { credentials: { redirectUrl } })
    expect(status).toBe(200)
    expect(await stored()).toEqual({ ...SECRETS, redirectUrl })
    await service.api('PUT', path, { credentials: { secretKey: 'another' } })
    expect(await stored()).toEqual({ clientId: '1.2', secretKey: 'another', redirectUrl })
  })

  test('removes what is null', async () => {
    const { path, stored } = await integration({
      credentials: { ...SECRETS, binding: 'cookie', pkce: true },
    })
    await service.api('PUT', path, {
      credentials: { secretKey: null, pkce: null },
      configurations: { binding: null },
    })
    expect(await stored()).toEqual({ clientId: '1.2' })
  })

  test('takes settings in `configurations`, and shows them there and no secret', async () => {
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

  test('refuses an unsafe address wherever it is given', async () => {
    const { path, stored } = await integration()
    for (const place of ['credentials', 'configurations']) {
      const given = { [place]: { redirectUrl: 'javascript:alert(1)', openerOrigin: '*' } }
      const { status, body } = await service.api('PUT', path, given)
      expect([status, Object.keys((body as { errors: object }).errors)]).toEqual([
        422,
        [`${place}.redirectUrl`, `${place}.openerOrigin`],
      ])
    }
    expect(await stored()).toEqual(SECRETS)
  })

  test('of many at once, each is done or sent away with 503, and none is lost', async () => {
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

  test('says what a setting must be', async () => {
    const { path } = await integration()
    const given = { credentials: { clientId: 5, binding: 'none' } }
    const { status, body } = await service.api('PUT', path, given)
    expect([status, body]).toMatchObject([
      422,
      {
        errors: {
          'credentials.clientId': { messages: ['credentials.clientId must be a string'] },
          'credentials.binding': {
            messages: ['credentials.binding must be one of the following values: cookie'],
          },
        },
      },
    ])
  })

  test('keeps settings that are changed at the same moment', async () => {
    const { path, stored } = await integration()
    const changes = [{ hmac: true }, { binding: 'cookie' }, { pkce: true }]
    const answers = await Promise.all(
      changes.map((credentials) => service.api('PUT', path, { credentials })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await stored()).toEqual({ ...SECRETS, hmac: true, binding: 'cookie', pkce: true })
  })
})

test('the lists of integrations refuse parameters, as they have none', async () => {
  for (const path of [PATH, `${PATH}/active`]) {
    expect((await service.api('GET', path)).status).toBe(200)
    const { status, body } = await service.api('GET', `${path}?channel=email`)
    expect([status, Object.keys((body as { errors: object }).errors)]).toEqual([422, ['channel']])
  }
})
