import { afterAll, describe, expect, test } from 'bun:test'
import { testCases } from '../../harness/cases.ts'
import { startService } from '../../harness/service.ts'
import { ASKED, refusedAlike } from './link-cases.ts'

const service = await startService()
afterAll(() => service.stop())

const CONNECT = { method: 'POST', path: '/v1/integrations/channel-connections/oauth', body: ASKED }
const { integrationIdentifier, subscriberId } = ASKED

async function connectUrl(changes: object): Promise<URL> {
  const answer = await service.api(CONNECT.method, CONNECT.path, { ...ASKED, ...changes })
  return new URL((answer.body as { url: string }).url)
}

describe('asking to connect a workspace', () => {
  test("answers Slack's address with Novu's default bot scopes", async () => {
    const url = await connectUrl({})
    const { state: _, ...parameters } = Object.fromEntries(url.searchParams)
    expect([...url.searchParams.keys()]).toEqual(['state', 'client_id', 'redirect_uri', 'scope'])
    expect(parameters['scope']).toBe(
      'chat:write,chat:write.public,channels:read,groups:read,users:read,users:read.email',
    )
    const own = await connectUrl({ scope: ['chat:write'], userScope: ['ignored'] })
    expect(own.searchParams.get('scope')).toBe('chat:write')
    expect(own.searchParams.has('user_scope')).toBe(false)
    expect((await connectUrl({ scope: [] })).searchParams.get('scope')).toBe('')
  })

  const asked = (body: object) => ({ request: { body: { integrationIdentifier, ...body } } })
  testCases(service, CONNECT, [
    {
      name: 'for a subscriber',
      status: 201,
      contains: { url: /^http/ },
      headers: { 'latch-link-id': /^lnk_/ },
    },
    { name: 'for a context alone', ...asked({ context: { tenant: 'acme' } }), status: 201 },
    {
      name: 'without an owner',
      ...asked({}),
      status: 400,
      code: 'owner_required',
      contains: { message: 'Either subscriberId or context must be provided' },
      headers: { 'latch-link-id': null },
    },
    {
      name: 'shared, without a context',
      ...asked({ connectionMode: 'shared' }),
      status: 400,
      code: 'context_required',
      contains: { message: 'context is required when connectionMode is "shared"' },
    },
    {
      name: 'for a subscriber, without a subscriberId',
      ...asked({ connectionMode: 'subscriber', context: { t: 'a' } }),
      status: 400,
      code: 'subscriber_required',
      contains: { message: 'subscriberId is required when connectionMode is "subscriber"' },
    },
    {
      name: 'with an incoming webhook, without a subscriberId',
      ...asked({ context: { t: 'a' }, scope: ['incoming-webhook'] }),
      status: 400,
      code: 'subscriber_required',
      contains: { message: 'subscriberId is required for incoming webhook' },
    },
    {
      name: 'in another mode',
      ...asked({ subscriberId, connectionMode: 'x' }),
      status: 422,
      contains: 'connectionMode must be one of the following values: subscriber, shared',
    },
    {
      name: 'with autoLinkUser as a string',
      ...asked({ subscriberId, autoLinkUser: 'true' }),
      status: 422,
      contains: 'autoLinkUser must be a boolean value',
    },
    {
      name: 'with a scope that is not a list',
      ...asked({ subscriberId, scope: 'x' }),
      status: 422,
      contains: 'scope must be an array',
    },
    ...refusedAlike(service),
  ])
})
