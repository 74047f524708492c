import { afterAll, describe } from 'bun:test'
import { refusedField, testCases } from '../../harness/cases.ts'
import { addEnvironment } from '../../harness/other-environment.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const other = await addEnvironment(service)

const PATH = '/v1/integrations'
const settings = { redirectUrl: 'https://app.example.com/done' }
const slack = { providerId: 'slack', channel: 'chat' }
service.advance(1)
await service.api('POST', PATH, {
  ...slack,
  identifier: 'resting',
  credentials: { clientId: '1000000000009.8', secretKey: 'very-secret', ...settings },
})
await service.api(
  'POST',
  PATH,
  { ...slack, identifier: 'theirs', active: true },
  { authorization: `ApiKey ${other.apiKey}` },
)

/** Nothing of another environment, and no credentials. */
const lacks = [
  'theirs',
  'very-secret',
  SANDBOX.clientId,
  SANDBOX.clientSecret,
  SANDBOX.msteams.clientSecret,
]
const shown = {
  _id: /^\w{24}$/,
  _environmentId: /^\w{24}$/,
  _organizationId: /^\w{24}$/,
  channel: 'chat',
  deleted: false,
  primary: false,
  conditions: [],
}
const resting = {
  ...shown,
  ...slack,
  name: 'Slack',
  identifier: 'resting',
  active: false,
  configurations: settings,
}
const msteams = { ...shown, providerId: 'msteams', identifier: 'msteams', active: true }
const active = { ...shown, ...slack, identifier: 'slack', active: true }

describe('GET /v1/integrations', () => {
  testCases(service, { method: 'GET', path: PATH }, [
    {
      name: 'all of the environment, newest first, without their credentials',
      status: 200,
      contains: [{ data: [resting, msteams, active] }, '"credentials":{}'],
      lacks: [...lacks, /"credentials":\{[^}]/],
    },
    {
      name: 'by another environment’s key, its own',
      request: { key: other.apiKey },
      status: 200,
      contains: { data: [{ identifier: 'theirs', _environmentId: other.id }] },
      lacks: ['resting', 'msteams'],
    },
    {
      name: 'any filter, as it has none',
      request: { path: `${PATH}?channel=email` },
      ...refusedField('channel', 'property channel should not exist'),
      lacks: 'resting',
    },
  ])
})

describe('GET /v1/integrations/active', () => {
  const path = `${PATH}/active`
  testCases(service, { method: 'GET', path }, [
    {
      name: 'those that are active, without their credentials',
      status: 200,
      contains: [{ data: [msteams, active] }, '"credentials":{}'],
      lacks: [...lacks, 'resting', /"credentials":\{[^}]/],
    },
    {
      name: 'by another environment’s key, its own',
      request: { key: other.apiKey },
      status: 200,
      contains: { data: [{ identifier: 'theirs' }] },
      lacks: 'msteams',
    },
    {
      name: 'any filter, as it has none',
      request: { path: `${path}?channel=email` },
      ...refusedField('channel', 'property channel should not exist'),
      lacks: 'msteams',
    },
  ])
})
