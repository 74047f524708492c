import {
  CONNECTIONS,
  connection,
  connectionRecord,
  LINK_USER,
  link,
  type Refusal,
  rotating,
} from './requests.ts'

export const OF_LINKS: readonly Refusal[] = [
  {
    kind: 'integration_without_credentials',
    when: 'nothing to refresh tokens, or to make links, with',
    api: [
      ['POST', CONNECTIONS, { ...connection, integrationIdentifier: 'bare', auth: rotating }],
      ['POST', LINK_USER, { ...link, integrationIdentifier: 'bare' }],
    ],
    record: {
      value: { ...connectionRecord, integrationIdentifier: 'bare', auth: rotating },
      becomes: 'needs its client id and secret first',
    },
  },
  {
    kind: 'integration_without_client_id',
    when: 'a link of an app without a client id',
    api: [['POST', LINK_USER, { ...link, integrationIdentifier: 'no-id' }]],
  },
  {
    kind: 'context_hash_required',
    when: 'a context that nobody vouches for',
    api: [
      ['POST', LINK_USER, { ...link, integrationIdentifier: 'hashed', context: { team: 'blue' } }],
    ],
  },
  {
    kind: 'context_hash_mismatch',
    when: 'a context with the hash of another',
    api: [
      [
        'POST',
        LINK_USER,
        {
          ...link,
          integrationIdentifier: 'hashed',
          context: { team: 'blue' },
          contextHash: 'ab',
        },
      ],
    ],
  },
  {
    kind: 'context_not_canonical',
    when: 'a context that has no canonical form',
    api: [
      [
        'POST',
        LINK_USER,
        {
          ...link,
          integrationIdentifier: 'hashed',
          context: { team: { id: 'blue', data: { half: 0.5 } } },
          contextHash: 'ab',
        },
      ],
    ],
  },
]
