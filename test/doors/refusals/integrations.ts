import { INTEGRATION } from '../samples.ts'
import {
  app,
  CONNECT,
  CONNECTIONS,
  connection,
  connectionRecord,
  ENDPOINTS,
  endpoint,
  endpointRecord,
  LINK_USER,
  link,
  missing,
  NO_ID,
  type Refusal,
} from './requests.ts'

export const OF_INTEGRATIONS: readonly Refusal[] = [
  {
    kind: 'unknown_provider',
    when: 'an integration of a provider that latch does not link with',
    record: {
      value: { record: 'integration', ...INTEGRATION, identifier: 'other', providerId: 'fax' },
      becomes: 'latch does not support the provider fax',
    },
    command: {
      action: 'integrations.create',
      input: { ...app, providerId: 'fax' },
      says: 'No such provider: fax',
    },
  },
  {
    kind: 'integration_exists',
    when: 'an identifier that is taken',
    record: {
      value: { record: 'integration', ...INTEGRATION, identifier: 'bare' },
      becomes: 'known',
    },
    command: {
      action: 'integrations.create',
      input: { ...app, identifier: 'bare' },
      says: 'already exists',
    },
  },
  {
    kind: 'integration_not_found',
    when: 'no integration of that identifier',
    api: [
      ['POST', LINK_USER, { ...link, ...missing }],
      ['POST', CONNECT, { ...link, ...missing }],
      ['POST', CONNECTIONS, { ...connection, ...missing }],
      ['POST', ENDPOINTS, { ...endpoint, ...missing }],
    ],
    record: {
      value: { ...connectionRecord, ...missing },
      becomes: 'the integration none does not exist',
    },
    command: {
      action: 'integrations.set-secret',
      input: { environmentId: null, identifier: 'none', clientSecret: 'secret' },
      says: 'No such integration: none',
    },
  },
  {
    kind: 'integration_not_found',
    when: 'an endpoint of no integration',
    record: {
      value: { ...endpointRecord, ...missing },
      becomes: 'the integration none does not exist',
    },
  },
  {
    kind: 'no_such_integration',
    when: 'no integration of that id',
    code: 'integration_not_found',
    api: [
      ['PUT', `/v1/integrations/${NO_ID}`, { name: 'Other' }],
      ['DELETE', `/v1/integrations/${NO_ID}`],
    ],
  },
  {
    kind: 'nothing_to_update',
    when: 'an update that names nothing',
    api: [['PUT', '/v1/integrations/$integration', {}]],
  },
  {
    kind: 'no_primary',
    when: 'a primary integration of chat',
    api: [['POST', '/v1/integrations/$integration/set-primary']],
  },
]
