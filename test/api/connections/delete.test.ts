import { afterAll, describe, expect, test } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const { api } = service
afterAll(() => service.stop())

const PATH = '/v1/channel-connections'
const { subscriberId, integrationIdentifier } = SANDBOX

async function make(identifier: string, accessToken = 'xoxb-mine'): Promise<{ path: string }> {
  const made = await api('POST', PATH, {
    integrationIdentifier,
    identifier,
    context: { way: identifier },
    workspace: { id: 'T0MINE', name: 'Mine' },
    auth: { accessToken },
  })
  expect(made.status).toBe(201)
  return { path: `${PATH}/${identifier}` }
}

/** Has the app installed by way of the stand-in, whose token can be revoked. */
async function install(identifier: string): Promise<{ path: string }> {
  const { body } = await api('POST', '/v1/integrations/channel-connections/oauth', {
    integrationIdentifier,
    connectionIdentifier: identifier,
    context: { way: identifier },
  })
  await service.finish(await service.consent(new URL((body as { url: string }).url)))
  return { path: `${PATH}/${identifier}` }
}

const isThere = async (identifier: string): Promise<boolean> =>
  (await api('GET', `${PATH}/${identifier}`)).status === 200

const revocations = (): number =>
  service.slackRequests.filter((request) => request === 'POST /api/auth.revoke').length

describe('DELETE /v1/channel-connections/:identifier', () => {
  const revoking = ({ path }: { path: string }) => ({ path: `${path}?revoke=true` })
  const isGone = (identifier: string, revoked: number, accessToken?: string) => {
    let before = 0
    return {
      status: 204,
      before: async () => {
        const made = await (revoked > 0 ? install(identifier) : make(identifier, accessToken))
        before = revocations()
        return made
      },
      after: async ({ text }: { text: string }) => {
        expect([text, await isThere(identifier)]).toEqual(['', false])
        expect(revocations() - before).toBe(revoked)
      },
    }
  }
  const removed = isGone('removed', 0)
  const kept = isGone('kept-token', 0)
  const revoked = isGone('revoked', 1)
  testCases(service, { method: 'DELETE', path: `${PATH}/none` }, [
    { name: 'a connection', ...removed },
    {
      name: 'one with revoke=false, whose token still works',
      ...kept,
      before: async () => ({ path: `${(await kept.before()).path}?revoke=false` }),
    },
    {
      name: 'one with revoke=true, whose token is revoked first',
      ...revoked,
      before: async () => revoking(await revoked.before()),
    },
    ...['identity-only', 'app-only'].map((accessToken) => {
      const gone = isGone(`with-${accessToken}`, 0, accessToken)
      return {
        name: `one with revoke=true, in which ${accessToken} stands in place of a token`,
        ...gone,
        before: async () => revoking(await gone.before()),
      }
    }),
    {
      name: 'an unknown one',
      status: 404,
      code: 'connection_not_found',
      contains: { message: "Channel connection with identifier 'none' not found" },
    },
    {
      name: 'an unknown one, with revoke=true',
      request: { path: `${PATH}/none?revoke=true` },
      status: 404,
      code: 'connection_not_found',
    },
    ...['revok=true', 'revoke=true&force=true', 'revoke=yes'].map((query, index) => ({
      name: `?${query}, and deletes nothing`,
      status: 422,
      code: 'validation_failed',
      before: async () => ({ path: `${(await make(`misspelt-${index}`)).path}?${query}` }),
      after: async () => expect(await isThere(`misspelt-${index}`)).toBe(true),
    })),
    {
      name: 'a token that Slack does not revoke: the connection stays',
      status: 502,
      code: 'token_not_revoked',
      contains: 'The connection is still there',
      lacks: 'xoxb-',
      before: async () => {
        const made = await install('not-revoked')
        await service.fault('slack', 'error')
        return revoking(made)
      },
      after: async () => expect(await isThere('not-revoked')).toBe(true),
    },
  ])
})

test('a revoked token does not work at Slack any more', async () => {
  const { path } = await install('worthless')
  const { body } = await api('GET', path)
  const { accessToken } = (body as { auth: { accessToken: string } }).auth
  expect((await api('DELETE', `${path}?revoke=true`)).status).toBe(204)
  const again = await fetch(`${service.slackUrl}/api/auth.revoke`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
  })
  expect(await again.json()).toEqual({ ok: false, error: 'token_revoked' })
})

test('users linked through a deleted connection stay linked', async () => {
  await api('POST', PATH, {
    integrationIdentifier,
    identifier: 'owned',
    subscriberId,
    context: { way: 'owner' },
    workspace: { id: 'T0MINE', name: 'Mine' },
    auth: { accessToken: 'xoxb-mine' },
  })
  for (const id of ['guest', subscriberId]) {
    await api('POST', '/v2/subscribers', { subscriberId: id })
    await api('POST', '/v1/channel-endpoints', {
      integrationIdentifier,
      subscriberId: id,
      connectionIdentifier: 'owned',
      context: { way: 'owner' },
      type: 'slack_user',
      endpoint: { userId: `U0${id.toUpperCase()}` },
      identifier: `of-${id}`,
    })
  }
  expect((await api('DELETE', `${PATH}/owned`)).status).toBe(204)
  const guest = (await api('GET', '/v1/channel-endpoints/of-guest')).body
  const { connectionIdentifier: fallback } = guest as { connectionIdentifier: string }
  expect((await api('GET', `${PATH}/${fallback}`)).body).toMatchObject({
    workspace: { id: 'T0MINE' },
    subscriberId: null,
    auth: { accessToken: 'identity-only' },
  })
  // As at Novu, the owner's endpoint still names the connection.
  expect((await api('GET', `/v1/channel-endpoints/of-${subscriberId}`)).body).toMatchObject({
    connectionIdentifier: 'owned',
  })
})
