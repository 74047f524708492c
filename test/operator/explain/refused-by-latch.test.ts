import { afterAll, describe } from 'bun:test'
import { FABRIKAM } from '../../../src/providers/msteams/stand-in/directory.ts'
import { claimCallback } from '../../harness/attempts.ts'
import { COMPLETION_URL, complete, ticketIn, urlOf } from '../../harness/session-app.ts'
import {
  CONNECT_PATH,
  type FailedLink,
  MEGAN,
  slackApp,
  startExplaining,
  testFailedLinks,
  withParameter,
} from './explaining.ts'

const explaining = await startExplaining()
const { service, make, teams, connectTeams, makeIntegration, callbackOf, follow } = explaining
const { consent, open } = service
afterAll(() => service.stop())

const cases: FailedLink[] = [
  {
    // docs/providers.md#choosing-another-workspace-at-slack
    name: 'the user chooses another workspace at Slack',
    provoke: async () => follow(await make(), { user: 'U0MALLORY4' }),
    reason: 'wrong_workspace',
    said: null,
    meaning: 'another workspace',
    remedy: 'which workspace to choose',
  },
  {
    name: 'Entra tells somebody to be of another tenant after all',
    provoke: async () => {
      await follow(await teams({ connectionIdentifier: 'fabrikam' }, CONNECT_PATH), { user: MEGAN })
      await service.fault('entra', 'wrong_workspace')
      return follow(await teams({ connectionIdentifier: 'fabrikam' }), { user: MEGAN })
    },
    reason: 'wrong_workspace',
    said: null,
    meaning: 'another workspace',
    remedy: 'which workspace to choose',
  },
  {
    // docs/decisions/0027-one-subscriber.md
    name: 'the chat user is linked to another subscriber',
    provoke: async () => {
      const context = { n: 'taken' }
      await service.api('POST', '/v2/subscribers', { subscriberId: 'second' })
      await follow(await make({ context }))
      return follow(await make({ context, subscriberId: 'second' }))
    },
    reason: 'linked_to_another_subscriber',
    said: null,
    meaning: 'already linked to another subscriber',
    remedy: 'delete the endpoint of the other subscriber',
  },
  {
    // docs/providers.md#interrupted-links
    name: 'latch is stopped in the middle',
    provoke: async () => {
      const link = await make()
      const callback = await consent(link.url)
      await claimCallback(service.deps, callback)
      service.advance(60_000)
      await open(callback)
      service.advance(-60_000)
      return link.id
    },
    reason: 'interrupted',
    said: null,
    meaning: 'was stopped',
    remedy: 'does no harm',
  },
  {
    name: 'the callback comes without its code',
    provoke: async () => {
      const link = await make()
      await open(callbackOf(link, {}))
      return link.id
    },
    reason: 'code_missing',
    said: null,
    meaning: 'neither',
    remedy: 'changes the query',
  },
  {
    // docs/providers.md#proof-of-admin-consent
    name: 'somebody types the tenant of a consent that was not given',
    provoke: async () => {
      const link = await connectTeams()
      await open(callbackOf(link, { tenant: FABRIKAM.id }))
      return link.id
    },
    reason: 'consent_missing',
    said: null,
    meaning: 'did not say that an administrator consented',
    remedy: 'by an administrator',
  },
  {
    name: 'another browser comes back',
    provoke: async () => {
      const { identifier } = await makeIntegration('slack', {
        ...slackApp,
        userVerification: 'session',
        completionUrl: COMPLETION_URL,
      })
      const link = await make({ integrationIdentifier: identifier, connectionIdentifier: null })
      const opened = await open(link.url.toString())
      await open(urlOf(await complete(service, ticketIn(opened))))
      return link.id
    },
    reason: 'other_browser',
    said: null,
    meaning: 'another one came back',
    remedy: 'in the same browser',
  },
  {
    name: 'the answer is of another provider',
    provoke: async () => {
      const link = await make()
      await open(withParameter(await consent(link.url), 'iss', 'https://elsewhere.example'))
      return link.id
    },
    reason: 'issuer_mismatch',
    said: null,
    meaning: 'names another provider',
    remedy: "provider's URLs",
  },
  {
    name: 'the subscriber was deleted meanwhile',
    provoke: async () => {
      await service.api('POST', '/v2/subscribers', { subscriberId: 'leaving' })
      const link = await make({ subscriberId: 'leaving' })
      const callback = await consent(link.url)
      await service.api('DELETE', '/v2/subscribers/leaving')
      await open(callback)
      return link.id
    },
    reason: 'subscriber_gone',
    said: null,
    meaning: 'was deleted after',
    remedy: 'Create the subscriber',
  },
  {
    name: 'the connection was deleted meanwhile',
    provoke: async () => {
      await follow(await make({ connectionIdentifier: 'leaving' }, CONNECT_PATH))
      const link = await make({ connectionIdentifier: 'leaving' })
      const callback = await consent(link.url)
      await service.api('DELETE', '/v1/channel-connections/leaving')
      await open(callback)
      return link.id
    },
    reason: 'connection_gone',
    said: null,
    meaning: 'was deleted after',
    remedy: 'connected again',
  },
  {
    name: 'the integration was deleted meanwhile',
    provoke: async () => {
      const { id, identifier } = await makeIntegration('slack', slackApp)
      const link = await make({ integrationIdentifier: identifier, connectionIdentifier: null })
      const callback = await consent(link.url)
      await service.api('DELETE', `/v1/integrations/${id}`)
      await open(callback)
      return link.id
    },
    reason: 'integration_gone',
    said: null,
    meaning: 'was deleted after',
    remedy: 'another integration',
  },
  {
    name: 'the integration has no client secret',
    provoke: async () => {
      const { clientId } = slackApp
      const { identifier } = await makeIntegration('slack', { clientId })
      return follow(await make({ integrationIdentifier: identifier, connectionIdentifier: null }))
    },
    reason: 'credentials_missing',
    said: null,
    meaning: 'is missing',
    remedy: 'Set both',
  },
]

describe('a link that latch refuses is explained, where', () => {
  testFailedLinks(explaining, cases)
})
