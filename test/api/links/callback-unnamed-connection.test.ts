import { afterAll, describe, expect, test } from 'bun:test'
import { CONTOSO } from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { ADELE, connectTenant, consentAsAdmin, LEE, TEAMS } from './teams.ts'

const service = await startService()
const { api, consent, open, endpoints } = service
afterAll(() => service.stop())

for (const subscriberId of ['ada', 'eve']) await api('POST', '/v2/subscribers', { subscriberId })

let users = 0
const newUserId = (): string => {
  users += 1
  return `U0PERSON${users}`
}

/** Links a subscriber by a link without a connection; answers the connection that it is linked in. */
async function linkIn(
  workspaceId: string,
  subscriberId: string,
  context?: object,
  userId = newUserId(),
) {
  const body = { subscriberId, connectionIdentifier: undefined, context }
  const callback = await consent(await service.link(body))
  const authed_user = { id: userId }
  const team = { id: workspaceId, name: 'A workspace' }
  service.slackAnswers.push(() => Response.json({ ok: true, authed_user, team }))
  expect((await open(callback)).status).toBe(200)
  const keys = Object.entries(context ?? {}).map(([type, id]) => `${type}:${id}`)
  const linked = await endpoints(`subscriberId=${subscriberId}&limit=100`)
  const last = linked.find(
    ({ endpoint, contextKeys }) =>
      (endpoint as { userId?: string }).userId === authed_user.id &&
      String(contextKeys) === String(keys),
  )
  const identifier = String(last?.['connectionIdentifier'])
  const { body: connection } = await api('GET', `/v1/channel-connections/${identifier}`)
  return connection as { identifier: string; auth: { accessToken: string } }
}

async function connect(workspaceId: string, identifier: string, owner: object): Promise<void> {
  const made = await api('POST', '/v1/channel-connections', {
    integrationIdentifier: SANDBOX.integrationIdentifier,
    identifier,
    workspace: { id: workspaceId },
    auth: { accessToken: `xoxb-${identifier}` },
    ...owner,
  })
  if (made.status !== 201) throw new Error(made.text)
}

const IDENTITY_ONLY = {
  identifier: expect.stringMatching(/^chconn_\w{12}$/),
  subscriberId: null,
  contextKeys: [],
  auth: { accessToken: 'identity-only' },
}

// docs/decisions/0010-workspaces.md
describe('without a named connection, a user is linked', () => {
  test('in the connection of their own, or that their contexts share', async () => {
    await connect('T0OWN', 'own', { subscriberId: 'ada', context: { of: 'own' } })
    expect((await linkIn('T0OWN', 'ada', { of: 'own' })).identifier).toBe('own')
    const shared = { connectionMode: 'shared', context: { of: 'shared' } }
    await connect('T0SHARED', 'shared', shared)
    expect((await linkIn('T0SHARED', 'ada', { of: 'shared' })).identifier).toBe('shared')
    expect((await linkIn('T0SHARED', 'eve', { of: 'shared' })).identifier).toBe('shared')
  })

  test('never in one of another subscriber, but in one that belongs to nobody', async () => {
    await connect('T0EVE', 'of-eve', { subscriberId: 'eve' })
    const made = await linkIn('T0EVE', 'ada')
    expect({ ...made }).toMatchObject(IDENTITY_ONLY)
    await api('POST', '/v2/subscribers', { subscriberId: 'alan' })
    expect((await linkIn('T0EVE', 'alan')).identifier).toBe(made.identifier)
    expect((await linkIn('T0EVE', 'eve')).identifier).toBe('of-eve')
  })

  test('never in one of other contexts', async () => {
    await connect('T0CTX', 'in-context', { subscriberId: 'ada', context: { of: 'one' } })
    await connect('T0CTX', 'of-others', { connectionMode: 'shared', context: { of: 'two' } })
    const made = await linkIn('T0CTX', 'ada', { of: 'three' })
    expect({ ...made }).toMatchObject(IDENTITY_ONLY)
    expect((await linkIn('T0CTX', 'ada')).identifier).toBe(made.identifier)
  })

  test('never in one whose consent is pending, not even their own', async () => {
    const connecting = { subscriberId: 'eve', connectionIdentifier: 'pending' }
    await service.fault('entra', 'missing_consent')
    await service.finish(await consentAsAdmin(service, await connectTenant(service, connecting)))
    const { body } = await api('GET', '/v1/channel-connections/pending')
    expect(body).toMatchObject({ workspace: { id: CONTOSO.id }, pending: { attempts: 1 } })
    for (const [subscriberId, user] of [
      ['ada', LEE],
      ['eve', ADELE],
    ] as const) {
      const body = { ...TEAMS, subscriberId, connectionIdentifier: undefined }
      expect((await open(await consent(await service.link(body), { user }))).status).toBe(200)
      const linked = await endpoints(`subscriberId=${subscriberId}&integrationIdentifier=msteams`)
      expect(linked.map(({ connectionIdentifier }) => connectionIdentifier)).toEqual([
        expect.stringMatching(/^chconn_/),
      ])
    }
  })

  test('where they are linked already, though it belongs to another', async () => {
    await connect('T0STAYS', 'stays', { subscriberId: 'eve', context: { of: 'stays' } })
    const named = { subscriberId: 'ada', connectionIdentifier: 'stays', context: { of: 'ada' } }
    const team = { id: 'T0STAYS', name: 'A workspace' }
    const authed_user = { id: 'U0STAYS' }
    const callback = await consent(await service.link(named))
    service.slackAnswers.push(() => Response.json({ ok: true, authed_user, team }))
    expect((await open(callback)).status).toBe(200)
    expect((await linkIn('T0STAYS', 'ada', { of: 'ada' }, authed_user.id)).identifier).toBe('stays')
    expect(await endpoints('contextKeys=of:ada')).toHaveLength(1)
  })
})
