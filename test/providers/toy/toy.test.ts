import { afterAll, describe, expect, test } from 'bun:test'
import {
  describeSandbox,
  type SandboxFacts,
  sandboxJson,
} from '../../../src/commands/sandbox-greeting.ts'
import { ConfigError, readConfig } from '../../../src/config.ts'
import { doctorAction } from '../../../src/operator/doctor.ts'
import { createIntegrationAction } from '../../../src/operator/integrations.ts'
import { sendAction } from '../../../src/operator/send-action.ts'
import { exportEnvironment } from '../../../src/transfer/export.ts'
import type { ImportOutcome } from '../../../src/transfer/import-outcome.ts'
import { createImporter } from '../../../src/transfer/importer.ts'
import { startService, type TestService } from '../../harness/service.ts'
import { tempDir } from '../../harness/temp-dir.ts'
import { toy } from './definition.ts'
import { TOY_APP } from './stand-in/stand-in.ts'

// Alone: what works here works for every provider, and nothing of it is another's.
const REGISTRY = [toy]
const CONNECT_PATH = '/v1/integrations/channel-connections/oauth'
const TOY = { integrationIdentifier: 'toy', connectionIdentifier: 'toy-nursery' }

const startToyService = (environment: Record<string, string> = {}): Promise<TestService> =>
  startService(environment, tempDir(), REGISTRY)

const service = await startToyService({ LATCH_METRICS_ADDRESS: '127.0.0.1:0' })
const { api, link, consent, open, finish, endpoints } = service
afterAll(() => service.stop())

/** Links as a user of Toy Chat; answers what the browser shows. */
const linkAs = async (user: string, more: Record<string, unknown> = {}, by = service) =>
  by.open(await by.consent(await by.link({ ...TOY, ...more }), { user }))

async function install(name: string, user: string, subscriberId = 'subscriber-123') {
  const { body } = await api('POST', CONNECT_PATH, {
    integrationIdentifier: 'toy',
    connectionIdentifier: name,
    subscriberId,
    context: { name },
    autoLinkUser: true,
  })
  return finish(await consent(new URL((body as { url: string }).url), { user }))
}

const connection = async (name: string) =>
  (await api('GET', `/v1/channel-connections/${name}`)).body as { auth: Record<string, string> }

describe('a provider that is one folder and one line', () => {
  test('links a user, and again to the same endpoint', async () => {
    const page = await linkAs('bear')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Your toy is wound up.')
    const [first, ...more] = await endpoints()
    expect(more).toEqual([])
    expect(first).toMatchObject({
      type: 'toy_user',
      endpoint: { handle: 'bear' },
      providerId: 'toy',
      connectionIdentifier: 'toy-nursery',
    })
    expect((await linkAs('bear')).status).toBe(200)
    expect((await linkAs('doll')).status).toBe(409)
    expect(await endpoints()).toMatchObject([
      { identifier: first?.['identifier'], endpoint: { handle: 'bear' } },
    ])
  })

  test('refuses a user from another workspace, a cancelled consent and a wrong code', async () => {
    const before = await endpoints()
    expect(await linkAs('rat')).toMatchObject({ status: 409 })
    const cancelled = await consent(await link(TOY), { user: 'bear', decision: 'deny' })
    expect((await open(cancelled)).text).toContain('Cancelled')
    const consented = await consent(await link(TOY), { user: 'bear' })
    service.standIn('toy').answers.push(() => Response.json({ error: 'no' }, { status: 400 }))
    expect((await open(consented)).text).toContain('Toy Chat did not confirm who you are')
    await service.fault('toy', 'error')
    expect((await linkAs('bear')).status).toBe(502)
    expect(await endpoints()).toEqual(before)
  })

  test('passes its own credentials to the provider, and no secret', async () => {
    const url = await link(TOY)
    expect(url.searchParams.get('box')).toBe('blue')
    expect(url.href).not.toContain(TOY_APP.clientSecret)
  })

  test('is installed by a code, with the installer linked; refreshed, and revoked', async () => {
    expect((await install('toy-box', 'bear')).text).toContain('Your toy is wound up.')
    const { auth } = await connection('toy-box')
    expect(auth).toEqual({
      accessToken: expect.stringMatching(/^toy-/),
      refreshToken: expect.any(String),
    })
    const [linked] = await endpoints('connectionIdentifier=toy-box')
    expect(linked).toMatchObject({ type: 'toy_user', endpoint: { handle: 'bear' } })
    expect((await api('POST', '/v1/channel-connections/toy-box/verify')).status).toBe(200)
    const refreshed = await connection('toy-box')
    expect(refreshed.auth['accessToken']).not.toBe(auth['accessToken'])
    expect(refreshed.auth['refreshToken']).toBe(String(auth['refreshToken']))
    const revoked = await api('DELETE', '/v1/channel-connections/toy-box?revoke=true')
    expect(revoked.status).toBe(204)
    expect(service.standIn('toy').requests.at(-1)).toBe('POST /revoke')
  })

  test('has endpoints of its own types and shapes, and of no other provider', async () => {
    const create = (type: string, endpoint: unknown) =>
      api('POST', '/v1/channel-endpoints', {
        type,
        endpoint,
        subscriberId: 'subscriber-123',
        integrationIdentifier: 'toy',
      })
    const made = await create('toy_room', { roomId: 'hall' })
    expect(made.status).toBe(201)
    expect((await create('toy_room', { handle: 'bear' })).status).toBe(422)
    const unknown = await create('slack_user', { userId: 'U1' })
    expect(unknown.status).toBe(422)
    expect(unknown.text).toContain('type must be one of the following values: toy_room, toy_user,')
    const { identifier } = made.body as { identifier: string }
    expect((await api('DELETE', `/v1/channel-endpoints/${identifier}`)).status).toBe(204)
  })

  test('is unlinked', async () => {
    const unlinked = await endpoints('connectionIdentifier=toy-nursery')
    for (const { identifier } of unlinked) {
      expect((await api('DELETE', `/v1/channel-endpoints/${identifier}`)).status).toBe(204)
    }
    expect(unlinked).toHaveLength(1)
    expect(await endpoints('connectionIdentifier=toy-nursery')).toEqual([])
  })

  test('is exported and imported, and links to the same endpoint there', async () => {
    expect((await linkAs('bear', { subscriberId: 'subscriber-123' })).status).toBe(200)
    const { store } = service.deps
    const environment = await store.environments.first()
    if (environment === null) throw new Error('the sandbox has an environment')
    const records = await Array.fromAsync(exportEnvironment(store, environment, true))

    const other = await startToyService()
    const { deps } = other
    const importRecord = createImporter({
      ...deps,
      environmentId: String((await deps.store.environments.first())?.id),
    })
    const taken: ImportOutcome[] = []
    for (const record of records) taken.push(await importRecord(record))
    // Nobody is lost, not even who linked through a connection that was deleted above.
    expect(taken.filter(({ kind }) => kind === 'skipped')).toEqual([])
    const left = await endpoints('connectionIdentifier=toy-box')
    const there = await other.endpoints('subscriberId=subscriber-123')
    expect(left).toHaveLength(1)
    const verified = { verification: 'imported', verifiedAt: expect.any(String) }
    expect(there).toContainEqual({ ...left[0], ...verified, connectionIdentifier: null })
    const exported = await endpoints('connectionIdentifier=toy-nursery')
    const imported = await other.endpoints('connectionIdentifier=toy-nursery')
    expect(imported).toEqual(exported.map((endpoint) => ({ ...endpoint, ...verified })))
    expect((await linkAs('bear', {}, other)).status).toBe(200)
    expect(await other.endpoints('connectionIdentifier=toy-nursery')).toMatchObject([
      { identifier: exported[0]?.['identifier'], endpoint: { handle: 'bear' } },
    ])
    const person = records
      .filter((record) => record.record === 'endpoint')
      .find(({ connectionIdentifier }) => connectionIdentifier === 'toy-nursery')
    if (person === undefined) throw new Error('an endpoint is exported')
    expect(await importRecord({ ...person, identifier: 'another' })).toMatchObject({
      kind: 'skipped',
    })
    await other.stop()
  })

  test('is checked by `latch doctor`, which prints its setup instructions', async () => {
    const sent = await sendAction(service.dataDir, doctorAction, {})
    if (sent.kind !== 'done') throw new Error('the service runs')
    const { findings, setUps } = sent.output
    expect(findings).toContainEqual({
      subject: 'integration toy',
      status: 'ok',
      message: 'Toy Chat knows the app in blue',
      remedy: null,
    })
    expect(setUps).toEqual([
      { title: 'Toy Chat: the box', text: expect.stringMatching(/\/callback$/) },
    ])
  })

  test('has integrations with credentials of its own, by the API and by command', async () => {
    const create = (providerId: string, credentials: object) =>
      api('POST', '/v1/integrations', { providerId, channel: 'chat', credentials })
    expect((await create('toy', { squeaks: true })).status).toBe(201)
    const wrong = await create('toy', { squeaks: 'loudly' })
    expect([wrong.status, wrong.text]).toMatchObject([422, expect.stringContaining('squeaks')])
    const other = await create('slack', {})
    expect(other.text).toContain('providerId must be one of the following values: toy')
    const sent = await sendAction(service.dataDir, createIntegrationAction, {
      environmentId: null,
      providerId: 'toy',
      identifier: 'red',
      clientId: 'c',
      clientSecret: 's',
      own: { box: 'red' },
    })
    if (sent.kind !== 'done') throw new Error('the service runs')
    const { store } = service.deps
    const environment = await store.environments.first()
    const stored = await store.integrations.findByIdentifier(String(environment?.id), 'red')
    expect(stored?.credentials).toEqual({ clientId: 'c', secretKey: 's', box: 'red' })
  })

  test("is in the API's description", async () => {
    const { body } = await api('GET', '/openapi.json')
    const { components } = body as { components: { schemas: Record<string, object> } }
    const created = JSON.stringify(components.schemas['CreateIntegrationRequestDto'])
    expect(created).toContain('Toy Chat: the box that the app is in.')
    expect(created).not.toContain('pkce')
  })

  test('is counted under the name of its base URL', async () => {
    const metrics = await (await fetch(`${service.metricsUrl}/metrics`)).text()
    expect(metrics).toMatch(/latch_provider_call\w+\{[^}]*provider="toy"[^}]*\} \d/)
    expect(metrics).not.toMatch(/latch_provider_call\w+\{[^}]*provider="other"/)
  })
})

describe('its base URL', () => {
  const read = (environment: Record<string, string>) =>
    readConfig(environment, {}, { dataDir: 'latch-data', registry: REGISTRY }).providerUrls

  test('is read from the variable that it declares, and held to the rules of all', () => {
    expect(read({})).toEqual({ toy: 'https://toy.example' })
    expect(read({ LATCH_TOY_URL: 'https://box.example/' })).toEqual({ toy: 'https://box.example' })
    expect(() => read({ LATCH_TOY_URL: 'http://box.example' })).toThrow(ConfigError)
  })
})

test('the sandbox greets with its stand-in', () => {
  const facts: SandboxFacts = {
    url: 'http://127.0.0.1:1',
    apiKey: 'latch_x',
    callbackUrl: 'http://127.0.0.1:1/callback',
    standIns: [
      {
        name: toy.standIn.name,
        urlName: toy.standIn.urlName,
        url: 'http://127.0.0.1:2',
        providerId: 'toy',
        integrationIdentifier: 'toy',
      },
    ],
    subscriberId: 'subscriber-123',
    connectionIdentifier: 'toy-nursery',
  }
  expect(JSON.parse(sandboxJson(facts))).toMatchObject({
    toyUrl: 'http://127.0.0.1:2',
    integrations: { toy: 'toy' },
  })
  const greeting = describeSandbox(facts, true)
  expect(greeting.replaceAll(/ +/g, ' ')).toContain('Toy Chat http://127.0.0.1:2 (a stand-in')
  expect(greeting).toContain('"integrationIdentifier":"toy"')
})
