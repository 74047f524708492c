import { afterAll, describe, expect, test } from 'bun:test'
import type { Deps } from '../../../src/deps.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import { freshRow } from '../../../src/store/fresh-row.ts'
import type { Integration } from '../../../src/store/integrations/integrations.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { SAMPLE_BODY, startService } from '../../harness/service.ts'
import { completing, responseOf } from './completing.ts'

const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const { agree, complete, fromSameBrowser, interrupted, nameOf, stored } = completing(deps)

/** Dependencies by which something happens once Slack has answered. */
function afterTheProvider(happen: () => Promise<void>): Deps {
  const slack = deps.providers.get('slack')
  if (slack?.connect?.kind !== 'code') throw new Error('no Slack')
  const { connect } = slack
  const changed: Provider = {
    ...slack,
    identify: async (...given) => {
      const answer = await slack.identify(...given)
      await happen()
      return answer
    },
    connect: {
      ...connect,
      install: async (...given) => {
        const answer = await connect.install(...given)
        await happen()
        return answer
      },
    },
  }
  return { ...deps, providers: new Map([['slack', changed]]) }
}

const MOMENTS = [
  ['while the provider is asked', afterTheProvider],
  ['between the decision and its commit', interrupted],
] as const

async function addConnection(identifier: string): Promise<void> {
  const { body } = await service.api(
    'GET',
    `/v1/channel-connections/${SANDBOX.connectionIdentifier}`,
  )
  const { workspace } = body as { workspace: { id: string } }
  const { status } = await service.api('POST', '/v1/channel-connections', {
    identifier,
    integrationIdentifier: 'slack',
    subscriberId: SAMPLE_BODY.subscriberId,
    context: { of: identifier },
    workspace: { id: workspace.id },
    auth: { accessToken: 'xoxb-test' },
  })
  expect(status).toBe(201)
}

describe('what a link was made for is deleted', () => {
  const environment = async (): Promise<string> =>
    String((await deps.store.environments.first())?.id)

  /** An integration of its own with the app of the sandbox's. */
  async function addIntegration(identifier: string): Promise<Integration> {
    const app = await deps.store.integrations.findByIdentifier(await environment(), 'slack')
    if (app === null) throw new Error('no integration')
    const integration = { ...app, ...freshRow(deps, app.environmentId), identifier }
    await deps.store.commit([deps.store.integrations.insert(integration)])
    return integration
  }

  async function addSubscriber(subscriberId: string): Promise<void> {
    await service.api('POST', '/v2/subscribers', { subscriberId })
  }

  const discarded = async (): Promise<unknown[]> => {
    const path = '/v1/events?types=link.installation_discarded&limit=100'
    return ((await service.api('GET', path)).body as { data: unknown[] }).data
  }

  const remove = async (path: string): Promise<void> => {
    expect([200, 204]).toContain((await service.api('DELETE', path)).status)
  }

  async function installing(changes: Record<string, unknown>): Promise<string> {
    const { body } = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'slack',
      ...changes,
    })
    return service.consent(new URL((body as { url: string }).url))
  }

  /** What is deleted, of which link, and the outcome that follows. */
  const cases: [
    string,
    (name: string) => Promise<{ callback: string; remove(): Promise<void>; kind: string }>,
  ][] = [
    [
      'the subscriber of a user',
      async (name) => {
        await addSubscriber(name)
        const link = await service.link({ subscriberId: name, context: { of: name } })
        return {
          callback: await service.consent(link),
          remove: () => remove(`/v2/subscribers/${name}`),
          kind: 'subscriber_gone',
        }
      },
    ],
    [
      'the integration of a user',
      async (name) => {
        const { id } = await addIntegration(name)
        const link = await service.link({
          integrationIdentifier: name,
          connectionIdentifier: undefined,
          context: { of: name },
        })
        return {
          callback: await service.consent(link),
          remove: () => remove(`/v1/integrations/${id}`),
          kind: 'integration_gone',
        }
      },
    ],
    [
      'the connection of a user',
      async (name) => {
        await addConnection(name)
        const link = await service.link({ connectionIdentifier: name, context: { of: name } })
        return {
          callback: await service.consent(link),
          remove: () => remove(`/v1/channel-connections/${name}`),
          kind: 'connection_gone',
        }
      },
    ],
    [
      'the subscriber of an install',
      async (name) => {
        await addSubscriber(name)
        return {
          callback: await installing({ subscriberId: name, context: { of: name } }),
          remove: () => remove(`/v2/subscribers/${name}`),
          kind: 'subscriber_gone',
        }
      },
    ],
    [
      'the integration of an install',
      async (name) => {
        const { id } = await addIntegration(name)
        return {
          callback: await installing({ integrationIdentifier: name, context: { of: name } }),
          remove: () => remove(`/v1/integrations/${id}`),
          kind: 'integration_gone',
        }
      },
    ],
    [
      'the subscriber of a webhook',
      async (name) => {
        await addSubscriber(name)
        const scope = ['incoming-webhook']
        return {
          callback: await installing({ subscriberId: name, scope, context: { of: name } }),
          remove: () => remove(`/v2/subscribers/${name}`),
          kind: 'subscriber_gone',
        }
      },
    ],
  ]

  for (const [index, [what, prepare]] of cases.entries()) {
    for (const [when, during] of MOMENTS) {
      test(`${what}, ${when}: that is the outcome, and nothing is stored`, async () => {
        const name = `gone-${index}-${when.slice(0, 5)}`
        const { callback, remove: removeIt, kind } = await prepare(name)
        const response = responseOf(callback)
        service.logged.length = 0
        const before = (await discarded()).length
        expect(await complete(response, during(removeIt))).toMatchObject({ kind })
        expect(await stored(await nameOf(response))).toMatchObject({ outcome: { kind } })
        expect(await complete(fromSameBrowser(response))).toMatchObject({ kind })
        expect(await service.endpoints(`contextKeys=of:${name}`)).toEqual([])
        const path = `/v1/channel-connections?contextKeys=of:${name}`
        expect((await service.api('GET', path)).body).toMatchObject({ data: [] })
        // The app is installed at Slack all the same, and its token is neither kept nor revoked.
        const isInstall = !what.endsWith(' of a user')
        const told = await discarded()
        expect(told.slice(before)).toMatchObject(
          isInstall ? [{ reason: kind, data: { workspaceId: 'T0ACME0001' } }] : [],
        )
        expect(
          service.logged.filter(({ message }) => message.includes('not revoked')),
        ).toMatchObject(
          isInstall ? [{ level: 'warn', fields: { reason: kind, workspaceId: 'T0ACME0001' } }] : [],
        )
        expect(service.slackRequests).not.toContain('POST /api/auth.revoke')
      })
    }
    if (what.endsWith(' of a user')) continue

    test(`${what}, while the user is asked or agrees: the same`, async () => {
      for (const moment of ['asked', 'agrees']) {
        const name = `gone-${index}-${moment}`
        const { callback, remove: removeIt, kind } = await prepare(name)
        const response = responseOf(callback)
        expect(await complete(response)).toMatchObject({ kind: 'confirmation_required' })
        if (moment === 'asked') await removeIt()
        const withDeps = moment === 'asked' ? deps : interrupted(removeIt)
        expect(await agree(response, withDeps)).toMatchObject({ kind })
        expect(await stored(await nameOf(response))).toMatchObject({ outcome: { kind } })
        const path = `/v1/channel-connections?contextKeys=of:${name}`
        expect((await service.api('GET', path)).body).toMatchObject({ data: [] })
        expect(await service.endpoints(`contextKeys=of:${name}`)).toEqual([])
      }
    })
  }
})

for (const [when, during] of MOMENTS) {
  test(`a connection that another workspace gets ${when} links nobody of the old one`, async () => {
    const name = `moved-${when.slice(0, 5)}`
    await addConnection(name)
    const link = await service.link({ connectionIdentifier: name, context: { of: name } })
    const response = responseOf(await service.consent(link))
    const move = async (): Promise<void> => {
      const { status } = await service.api('PATCH', `/v1/channel-connections/${name}`, {
        workspace: { id: 'T0OTHER', name: 'Other' },
        auth: { accessToken: 'xoxb-other' },
      })
      expect(status).toBe(200)
    }
    const outcome = { kind: 'wrong_workspace', expected: 'Other' }
    expect(await complete(response, during(move))).toMatchObject(outcome)
    expect(await stored(await nameOf(response))).toMatchObject({ outcome })
    expect(await service.endpoints(`contextKeys=of:${name}`)).toEqual([])
  })
}
