import { afterAll, describe, expect } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import {
  ADELE,
  type FailedLink,
  LEE,
  slackApp,
  startExplaining,
  testFailedLinks,
} from './explaining.ts'

const explaining = await startExplaining()
const { service, make, teams, connectTeams, makeIntegration, callbackOf, follow, followTo } =
  explaining
const { consent, open } = service
afterAll(() => service.stop())

const cases: FailedLink[] = [
  {
    // docs/providers.md#declined-and-failed-consent
    name: 'the user cancels at Slack',
    provoke: async () => follow(await make(), { decision: 'deny' }),
    reason: 'access_denied',
    said: 'access_denied',
    meaning: 'chose Cancel at Slack',
    remedy: 'can be opened again',
  },
  {
    name: 'the user declines at Microsoft',
    provoke: async () => follow(await teams(), { user: LEE, decision: 'deny' }),
    reason: 'access_denied',
    said: 'access_denied (AADSTS65004)',
    meaning: 'chose not to consent',
    remedy: 'can be opened again',
  },
  {
    // docs/providers.md#entra-admin-consent-responses
    name: 'the administrator refuses, and Entra says that consent was given',
    provoke: async () => follow(await connectTeams(), { user: ADELE, decision: 'deny' }),
    reason: 'access_denied',
    said: 'access_denied (AADSTS65004)',
    meaning: 'chose not to consent',
    remedy: 'can be opened again',
  },
  {
    name: 'the provider has a fault of its own',
    provoke: async () => {
      const link = await make()
      await open(callbackOf(link, { error: 'temporarily_unavailable' }))
      return link.id
    },
    reason: 'authorization_error',
    said: 'temporarily_unavailable',
    meaning: 'overloaded',
    remedy: 'can be opened again',
  },
  {
    name: 'the code is too old',
    provoke: async () => {
      await service.fault('slack', 'expired_code')
      return follow(await make())
    },
    reason: 'code_refused',
    said: 'invalid_code',
    meaning: 'older than 10 minutes',
    remedy: 'new link',
  },
  {
    name: 'the code is too old at Microsoft',
    provoke: async () => {
      await service.fault('entra', 'expired_code')
      return follow(await teams(), { user: LEE })
    },
    reason: 'code_refused',
    said: 'invalid_grant (AADSTS70008)',
    meaning: 'had expired',
    remedy: 'new link',
  },
  {
    // docs/providers.md#repeated-callbacks
    name: 'somebody else has exchanged the code before',
    provoke: async () => {
      const link = await make()
      const callback = new URL(await consent(link.url))
      const form = new URLSearchParams({
        code: String(callback.searchParams.get('code')),
        redirect_uri: callback.origin + callback.pathname,
        client_id: SANDBOX.clientId,
        client_secret: SANDBOX.clientSecret,
      })
      await fetch(`${service.slackUrl}/api/oauth.v2.access`, { method: 'POST', body: form })
      await open(callback.toString())
      return link.id
    },
    reason: 'code_refused',
    said: 'code_already_used',
    meaning: 'before latch did',
    remedy: 'repeats requests',
  },
  {
    name: 'the client secret is wrong',
    provoke: async () => {
      const { identifier } = await makeIntegration('slack', { ...slackApp, secretKey: 'wrong' })
      return follow(await make({ integrationIdentifier: identifier, connectionIdentifier: null }))
    },
    reason: 'code_refused',
    said: 'bad_client_secret',
    meaning: 'client secret',
    remedy: 'set-secret',
  },
  {
    name: "the id of Microsoft's client secret was taken for its value",
    provoke: async () => {
      const { clientId } = SANDBOX.msteams
      const { identifier } = await makeIntegration('msteams', { clientId, secretKey: 'its id' })
      return follow(await teams({ integrationIdentifier: identifier }), { user: LEE })
    },
    reason: 'code_refused',
    said: 'invalid_client (AADSTS7000215)',
    meaning: 'its id was copied',
    remedy: 'set-secret',
  },
  {
    name: 'Slack does not answer',
    provoke: async () => {
      await service.fault('slack', 'error')
      return follow(await make())
    },
    reason: 'provider_unavailable',
    said: 'status 500',
    meaning: 'did not respond',
    remedy: 'over in a minute',
  },
  {
    name: 'Slack has had enough of us',
    provoke: async () => {
      await service.fault('slack', 'rate_limit')
      return follow(await make())
    },
    reason: 'provider_unavailable',
    said: 'status 429',
    meaning: 'did not respond',
    remedy: 'over in a minute',
  },
  {
    name: 'Slack answers with half of a JSON text',
    provoke: async () => {
      await service.fault('slack', 'broken_json')
      return follow(await make())
    },
    reason: 'provider_unavailable',
    said: 'status 200, unexpected body',
    meaning: 'made no sense',
    remedy: 'over in a minute',
  },
  {
    name: 'Slack answers later than latch waits',
    provoke: async () => {
      await service.fault('slack', 'delay')
      return follow(await make())
    },
    reason: 'provider_unavailable',
    said: 'TimeoutError',
    meaning: 'did not respond in time',
    remedy: 'over in a minute',
  },
  {
    name: 'Slack answers with more than latch reads',
    provoke: async () => {
      const answer = () => new Response('x'.repeat(300 * 1024))
      return followTo(answer, await make(), {}, 'slack')
    },
    reason: 'provider_unavailable',
    said: 'the response is too large',
    meaning: 'made no sense',
    remedy: 'over in a minute',
  },
  {
    name: 'Slack names a person by what cannot be stored',
    provoke: async () => {
      const body = { ok: true, authed_user: { id: 'U\0' }, team: { id: 'T0ACME0001' } }
      return followTo(() => Response.json(body), await make(), {}, 'slack')
    },
    reason: 'code_refused',
    said: expect.stringContaining('invalid response: '),
    meaning: 'its response is invalid',
    remedy: 'latch doctor',
  },
  {
    name: 'Microsoft does not answer',
    provoke: async () => {
      await service.fault('entra', 'error')
      return follow(await teams(), { user: LEE })
    },
    reason: 'provider_unavailable',
    said: 'status 500',
    meaning: 'did not respond',
    remedy: 'over in a minute',
  },
  {
    name: 'Microsoft answers without saying who signed in',
    provoke: async () => {
      const answer = () => Response.json({ access_token: 'x' })
      return followTo(answer, await teams(), { user: LEE }, 'msteams')
    },
    reason: 'provider_unavailable',
    said: 'status 200, unexpected body',
    meaning: 'made no sense',
    remedy: 'over in a minute',
  },
  {
    name: 'Microsoft answers with a token that somebody else has signed',
    provoke: async () => {
      const part = (value: object): string => btoa(JSON.stringify(value)).replaceAll('=', '')
      const id_token = `${part({ alg: 'RS256', kid: 'x' })}.${part({ sub: 'x' })}.x`
      const answer = () => Response.json({ id_token })
      return followTo(answer, await teams(), { user: LEE }, 'msteams')
    },
    reason: 'code_refused',
    said: expect.stringContaining('id_token: '),
    meaning: 'its response is invalid',
    remedy: 'latch doctor',
  },
]

describe('a link that the provider refuses is explained, where', () => {
  testFailedLinks(explaining, cases)
})
