import { CONNECTION, CONTEXT, ENDPOINT, INTEGRATION, SUBSCRIBER } from './samples.ts'

type Method = 'POST' | 'PUT' | 'PATCH'

/** Values that no door may take for one rule, and where each door has the place for them. */
export type BadInput = {
  rule: string
  /** What everybody is told. */
  says: string
  values: readonly unknown[]
  api?: readonly { method: Method; path: string; body(value: unknown): object }[]
  record?: (value: unknown) => object
  command?: { action: string; input(value: unknown): object }
}

const LINK = { subscriberId: 'subscriber-123', integrationIdentifier: 'slack' }
const LINK_PATHS = [
  '/v1/integrations/channel-endpoints/oauth',
  '/v1/integrations/channel-connections/oauth',
  '/v1/integrations/chat/oauth',
]

const settings = (name: string, values: readonly string[], says: string): BadInput => ({
  rule: name,
  says,
  values,
  api: (['credentials', 'configurations'] as const).flatMap((place) => [
    {
      method: 'POST',
      path: '/v1/integrations',
      body: (value) => ({ ...INTEGRATION, identifier: 'bad', [place]: { [name]: value } }),
    },
    {
      method: 'PUT',
      path: '/v1/integrations/$integration',
      body: (value) => ({ [place]: { [name]: value } }),
    },
  ]),
  record: (value) => ({
    record: 'integration',
    ...INTEGRATION,
    identifier: 'bad',
    credentials: { [name]: value },
  }),
  command: {
    action: 'integrations.create',
    input: (value) => ({
      environmentId: null,
      providerId: 'slack',
      identifier: 'bad',
      clientId: '1.2',
      clientSecret: 'secret',
      own: { [name]: value },
    }),
  },
})

const UNSAFE = [
  'javascript:alert(1)',
  '//evil.example',
  'https:evil.example',
  'https:/evil.example',
  'https://us@evil.example',
  'https://us:pw@evil.example',
  'https://app.example.com/#fragment',
  'https://app.example.com\\@evil.example',
  'https://app.example.com/\nb',
  ' https://app.example.com',
  'http://evil.example',
  'data:text/html,x',
  '/relative',
  '',
]

const endpoint = (changes: object): object => ({ ...ENDPOINT, identifier: 'bad', ...changes })
const endpointRecord = (changes: object): object => ({
  record: 'endpoint',
  identifier: 'bad',
  subscriberId: 'ada',
  integrationIdentifier: 'slack',
  connectionIdentifier: null,
  ...changes,
})

/** Values that are none of a type of endpoints. */
const malformed = (type: string, values: readonly unknown[]): BadInput => ({
  rule: `the shape of ${type}`,
  says: `Endpoint must match the required format for type \\"${type}\\"`.replaceAll('\\', ''),
  values,
  record: (value) => endpointRecord({ type, endpoint: value }),
})

const TYPES: readonly [string, readonly unknown[]][] = [
  ['slack_user', [{}, { userId: 7 }, { userId: 'U1', more: 1 }, { channelId: 'C' }]],
  ['slack_channel', [{}, { channelId: 7 }, { userId: 'U1' }]],
  ['ms_teams_user', [{}, { userId: 7 }, { channelId: 'x' }]],
  ['ms_teams_channel', [{}, { teamId: 'x' }, { userId: 'U1' }]],
  ['webhook', [{}, { url: 7 }, { url: 'https://example.com', more: true }]],
  ['phone', [{}, { phoneNumber: 7 }]],
]

const BAD_CONTEXT_WORDS = ['', 'a b', 'a:b', 'ä', 'a\nb', 'x'.repeat(101)]

const contextApi = (
  body: (value: unknown) => object,
): { method: Method; path: string; body(value: unknown): object }[] => [
  ...LINK_PATHS.map((path) => ({
    method: 'POST' as const,
    path,
    body: (value: unknown) => ({ ...LINK, context: body(value) }),
  })),
  {
    method: 'POST',
    path: '/v1/channel-connections',
    body: (value) => ({ ...CONNECTION, identifier: 'bad', context: body(value) }),
  },
  {
    method: 'POST',
    path: '/v1/channel-endpoints',
    body: (value) => endpoint({ context: body(value) }),
  },
]

const tooLarge = { text: 'x'.repeat(65_536) }

export const BAD_INPUTS: readonly BadInput[] = [
  settings('redirectUrl', UNSAFE, 'redirectUrl must be an https address'),
  settings('completionUrl', UNSAFE, 'completionUrl must be an https address'),
  settings(
    'openerOrigin',
    [...UNSAFE, '*', 'null', 'https://app.example.com/', 'https://app.example.com/path'],
    'openerOrigin must be an origin',
  ),
  {
    rule: 'the id of a subscriber',
    says: 'SubscriberId must be a valid email address',
    values: ['', 'a b', 'ä', '@', 'a@b', 'a\nb', 'a/b', 'x'.repeat(257)],
    api: [
      {
        method: 'POST',
        path: '/v2/subscribers',
        body: (subscriberId) => ({ ...SUBSCRIBER, subscriberId }),
      },
    ],
    record: (subscriberId) => ({ record: 'subscriber', subscriberId, profile: {} }),
  },
  {
    rule: 'the id of a subscriber who is to be made',
    says: 'SubscriberId must be a valid email address',
    values: ['a b', 'ä', '@', 'a\nb', 'x'.repeat(257)],
    api: [
      {
        method: 'POST',
        path: '/v1/channel-endpoints',
        body: (subscriberId) => endpoint({ subscriberId, createSubscriberIfMissing: true }),
      },
    ],
  },
  {
    rule: 'the e-mail address of a subscriber',
    says: 'email must be an email',
    values: ['', 'nobody', '@', 'a b@c', 'a@b@c'],
    api: [
      {
        method: 'POST',
        path: '/v2/subscribers',
        body: (email) => ({ subscriberId: 'bad', email }),
      },
      { method: 'PATCH', path: '/v2/subscribers/ada', body: (email) => ({ email }) },
    ],
    record: (email) => ({ record: 'subscriber', subscriberId: 'bad', profile: { email } }),
  },
  {
    rule: 'the type of a context',
    says: 'type must be',
    values: BAD_CONTEXT_WORDS,
    api: [{ method: 'POST', path: '/v2/contexts', body: (type) => ({ ...CONTEXT, type }) }],
    record: (type) => ({ record: 'context', ...CONTEXT, type }),
  },
  {
    rule: 'the id of a context',
    says: 'id must be',
    values: BAD_CONTEXT_WORDS,
    api: [{ method: 'POST', path: '/v2/contexts', body: (id) => ({ ...CONTEXT, id }) }],
    record: (id) => ({ record: 'context', ...CONTEXT, id }),
  },
  {
    rule: 'the type of a context that is named',
    says: 'Invalid context payload structure',
    values: BAD_CONTEXT_WORDS,
    api: contextApi((type) => ({ [String(type)]: 'acme' })),
  },
  {
    rule: 'the id of a context that is named',
    says: 'Invalid context payload structure',
    values: [...BAD_CONTEXT_WORDS, 7, [], {}, { id: 'a b' }, { id: 'a', data: 'text' }],
    api: contextApi((id) => ({ tenant: id })),
  },
  {
    rule: 'how many contexts are named',
    says: 'Too many contexts: 6 provided, maximum allowed is 5',
    values: [Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((type) => [type, 'x']))],
    api: contextApi((context) => ({ ...Object(context) })),
  },
  {
    rule: 'the keys of contexts',
    says: 'contextKeys must be at most 5 different keys',
    values: [
      ['tenant'],
      ['tenant:'],
      [':acme'],
      ['a b:c'],
      ['a:b:c'],
      ['a:b', 'a:b'],
      ['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1'],
      'tenant:acme',
    ],
    record: (contextKeys) => endpointRecord({ type: 'phone', endpoint: {}, contextKeys }),
  },
  {
    rule: 'how much data a context has',
    says: 'data is too large: 65KB exceeds 64KB limit',
    values: [tooLarge],
    api: [
      { method: 'POST', path: '/v2/contexts', body: (data) => ({ type: 'team', id: 'bad', data }) },
      { method: 'PATCH', path: '/v2/contexts/team/blue', body: (data) => ({ data }) },
      ...contextApi((data) => ({ team: { id: 'blue', data } })),
    ],
    record: (data) => ({ record: 'context', type: 'team', id: 'bad', data }),
  },
  {
    rule: 'the type of an endpoint',
    says: 'type must be one of the following values',
    values: ['', 'pigeon', 'toString', 'slack_user '],
    api: [
      {
        method: 'POST',
        path: '/v1/channel-endpoints',
        body: (type) => endpoint({ type }),
      },
    ],
    record: (type) => endpointRecord({ type, endpoint: { userId: 'U1' } }),
  },
  ...TYPES.map(([type, values]): BadInput => malformed(type, values)),
  ...TYPES.map(
    ([type, values]): BadInput => ({
      rule: `the shape of ${type} in a request`,
      says: 'Endpoint must match the required format for type',
      values,
      api: [
        {
          method: 'POST',
          path: '/v1/channel-endpoints',
          body: (value) => endpoint({ type, endpoint: value }),
        },
      ],
    }),
  ),
  {
    rule: 'the address of a webhook',
    says: 'endpoint.url must',
    values: [
      'javascript:alert(1)',
      'ftp://example.com',
      'nowhere',
      'https://us:pw@example.com',
      'http://127.0.0.1/',
      'http://127.1/',
      'http://2130706433/',
      'http://localhost:8080',
      'http://printer.local',
      'http://metadata.google.internal',
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.1',
      'http://172.16.0.1',
      'http://192.168.1.1',
      'http://100.64.0.1',
      'http://0.0.0.0',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://[fd00::1]/',
      'http://[fe80::1]/',
    ],
    api: [
      {
        method: 'POST',
        path: '/v1/channel-endpoints',
        body: (url) => endpoint({ type: 'webhook', endpoint: { url } }),
      },
      {
        method: 'PATCH',
        path: '/v1/channel-endpoints/hook',
        body: (url) => ({ endpoint: { url } }),
      },
    ],
    record: (url) => endpointRecord({ type: 'webhook', endpoint: { url } }),
  },
]
