import { afterAll, describe, expect, test } from 'bun:test'
import { createClient } from '@libsql/client'
import { doctorAction } from '../../../src/operator/doctor.ts'
import { sendAction } from '../../../src/operator/send-action.ts'
import { exportEnvironment } from '../../../src/transfer/export.ts'
import { startService } from '../../harness/service.ts'

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

  test('takes nothing for a setting that only every object of JavaScript has', async () => {
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

describe('an integration whose credentials the secret key does not open', async () => {
  const damaged = await startService()
  afterAll(() => damaged.stop())
  const client = createClient({ url: `file:${damaged.databaseFile}` })
  await client.execute(
    "UPDATE integrations SET credentials_sealed = 'damaged' WHERE identifier = 'slack'",
  )
  client.close()
  type Listed = { _id: string; identifier: string; configurations?: object }
  const listed = ({ body }: { body: unknown }) => (body as { data: Listed[] }).data
  const settingsIn = (answer: { body: unknown }) =>
    Object.fromEntries(
      listed(answer).map(({ identifier, configurations = null }) => [identifier, configurations]),
    )

  test('is listed without its configurations, beside the others, and told in the log once', async () => {
    for (const path of [PATH, `${PATH}/active`]) {
      const answer = await damaged.api('GET', path)
      expect(answer.status).toBe(200)
      expect(settingsIn(answer)).toEqual({ slack: null, msteams: {} })
    }
    const told = damaged.logged.filter(({ fields }) => fields['integration'] === 'slack')
    expect(told.map(({ message }) => message)).toEqual([
      'the secret key does not open the credentials of an integration; see `latch doctor`',
    ])
  })

  test('is among those that are left when another is deleted', async () => {
    const body = { providerId: 'slack', channel: 'chat', identifier: 'short-lived' }
    const made = await damaged.api('POST', PATH, body)
    const answer = await damaged.api('DELETE', `${PATH}/${(made.body as Listed)._id}`)
    expect(answer.status).toBe(200)
    expect(settingsIn(answer)).toEqual({ slack: null, msteams: {} })
  })

  test('is named by `latch doctor`, which examines the others', async () => {
    const sent = await sendAction(damaged.dataDir, doctorAction, {})
    if (sent.kind !== 'done') throw new Error(sent.kind)
    const { findings } = sent.output
    expect(findings).toContainEqual(
      expect.objectContaining({
        subject: 'secret key',
        status: 'failed',
        message: expect.stringContaining('does not open 1 of '),
      }),
    )
    const messages = (subject: string) =>
      findings.filter((one) => one.subject === subject).map(({ message }) => message)
    expect(messages('integration slack')).toEqual([
      'its credentials cannot be opened, so nobody can be linked by it',
    ])
    expect(messages('integration msteams')).not.toEqual([])
  })

  test('is exported without secrets, and ends an export that was to have them', async () => {
    const { store } = damaged.deps
    const environment = await store.environments.first()
    if (environment === null) throw new Error('there is no environment')
    const exported = async (withSecrets: boolean) => {
      const records: unknown[] = []
      for await (const record of exportEnvironment(store, environment, withSecrets)) {
        records.push(record)
      }
      return records
    }
    expect(await exported(false)).toContainEqual(expect.objectContaining({ identifier: 'slack' }))
    const refused = await exported(true).then(String, String)
    expect(refused).toContain('does not open the credentials of integration slack')
  })
})
