import { afterAll, describe, expect } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

const { integrationIdentifier, connectionIdentifier } = SANDBOX
const PATH = '/v1/channel-connections'
const content = {
  workspace: { id: 'T0NEW', name: 'New', botUserId: 'B0NEW' },
  auth: { accessToken: 'xoxb-new' },
}

async function make(identifier: string, body: object = {}): Promise<{ path: string }> {
  const made = await service.api('POST', PATH, {
    integrationIdentifier,
    identifier,
    context: { way: identifier },
    workspace: { id: 'T0OLD', name: 'Old' },
    auth: { accessToken: 'xoxb-old', refreshToken: 'xoxe-old' },
    ...body,
  })
  expect(made.status).toBe(201)
  return { path: `${PATH}/${identifier}` }
}

/** The connection that latch makes when somebody of a workspace without one links. */
async function madeByLink(user: string): Promise<string> {
  const context = { given: user }
  const link = await service.link({ connectionIdentifier: undefined, context })
  await service.open(await service.consent(link, { user }))
  const [endpoint] = await service.endpoints(`contextKeys=given:${user}`)
  return `${PATH}/${endpoint?.['connectionIdentifier']}`
}

describe('PATCH /v1/channel-connections/:identifier', () => {
  testCases(service, { method: 'PATCH', path: `${PATH}/none`, body: content }, [
    {
      name: 'replaces the workspace and the tokens, and nothing else',
      status: 200,
      contains: { identifier: 'replaced', contextKeys: ['way:replaced'], ...content },
      lacks: ['xoxe-old', 'Old'],
      before: () => make('replaced'),
      after: async ({ body }) => {
        expect((await service.api('GET', `${PATH}/replaced`)).body).toEqual(body)
      },
    },
    {
      name: 'removes the name of the workspace if none is sent',
      status: 200,
      contains: { workspace: { id: 'T0NEW', name: undefined, botUserId: undefined } },
      before: async () => ({
        ...(await make('nameless')),
        body: { ...content, workspace: { id: 'T0NEW' } },
      }),
    },
    {
      name: 'ignores unknown properties, such as another owner',
      status: 200,
      contains: { identifier: 'kept', subscriberId: null, contextKeys: ['way:kept'] },
      before: async () => ({
        ...(await make('kept')),
        body: { ...content, subscriberId: 'other', context: { a: 'b' }, identifier: 'x' },
      }),
    },
    {
      name: 'a refresh token, of a provider that does not rotate tokens',
      status: 400,
      code: 'rotation_not_supported',
      lacks: 'xoxe-new',
      before: async () => ({
        ...(await make('teams', {
          integrationIdentifier: 'msteams',
          auth: { accessToken: 'app-only' },
        })),
        body: { ...content, auth: { accessToken: 'a', refreshToken: 'xoxe-new' } },
      }),
    },
    {
      name: 'an unknown one',
      status: 404,
      code: 'connection_not_found',
      contains: { message: 'Channel connection with identifier "none" not found' },
      lacks: 'xoxb-',
    },
    {
      name: 'every field that is missing',
      request: { path: `${PATH}/${connectionIdentifier}`, body: { workspace: {} } },
      status: 422,
      code: 'validation_failed',
      contains: { errors: { 'workspace.id': {}, auth: {} } },
    },
    {
      name: 'a connection created by a link becomes a full one once it has a token',
      status: 200,
      contains: { auth: content.auth },
      before: async () => ({ path: await madeByLink('U0MALLORY4') }),
      after: async ({ body }) => {
        const { identifier } = body as { identifier: string }
        expect((await service.api('DELETE', `${PATH}/${identifier}?revoke=true`)).status).toBe(204)
        expect(service.slackRequests.at(-1)).toBe('POST /api/auth.revoke')
      },
    },
    {
      name: 'a second one with a token and without an owner',
      status: 409,
      code: 'connection_of_owner_exists',
      contains:
        'Another channel connection of integration "slack" is for the same subscriber and context',
      lacks: 'xoxb-',
      headers: { 'retry-after': null, link: null },
      before: async () => {
        // So that nobody is found in the one that the sandbox begins with.
        await service.api('DELETE', `${PATH}/${connectionIdentifier}`)
        const [first, second] = [await madeByLink('U0MALLORY4'), await madeByLink('U0ADA00001')]
        expect((await service.api('PATCH', first, content)).status).toBe(200)
        return { path: second }
      },
    },
  ])
})
