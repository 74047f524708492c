import { ENDPOINT } from '../samples.ts'
import { ENDPOINTS, endpoint, endpointRecord, type Refusal } from './requests.ts'

const another = {
  subscriberId: 'subscriber-123',
  connectionIdentifier: 'second',
  endpoint: ENDPOINT.endpoint,
}

export const OF_ENDPOINTS: readonly Refusal[] = [
  {
    kind: 'endpoint_exists',
    when: 'an identifier that is taken',
    api: [['POST', ENDPOINTS, { ...endpoint, identifier: 'second' }]],
    record: { value: { ...endpointRecord, identifier: 'second' }, becomes: 'known' },
  },
  {
    kind: 'user_linked_already',
    when: 'a second identity of a subscriber in a connection',
    code: 'endpoint_exists',
    api: [['POST', ENDPOINTS, { ...ENDPOINT, identifier: 'other' }]],
    record: {
      value: {
        ...endpointRecord,
        connectionIdentifier: 'second',
        contextKeys: ['team:blue'],
      },
      becomes: 'the subscriber is already linked there: second',
    },
  },
  {
    kind: 'linked_to_another_subscriber',
    when: 'the chat user of another subscriber',
    api: [
      ['POST', ENDPOINTS, { ...endpoint, ...another, context: { team: 'blue' } }],
      ['PATCH', `${ENDPOINTS}/hers`, { endpoint: { userId: 'U0NEW' } }],
    ],
    record: {
      value: { ...endpointRecord, ...another, contextKeys: ['team:blue'] },
      becomes: 'its chat user is already linked to the subscriber ada: second',
    },
  },
  {
    kind: 'integration_of_another_kind',
    when: 'an endpoint of a provider that latch does not link with',
    api: [['POST', ENDPOINTS, { ...endpoint, type: 'webex_room', endpoint: { roomId: 'r' } }]],
    record: {
      value: { ...endpointRecord, type: 'webex_room', endpoint: { roomId: 'r' } },
      becomes: 'requires a Webex Messaging integration, which latch does not have',
    },
  },
  {
    kind: 'endpoint_not_found',
    when: 'no endpoint of that identifier',
    api: [
      ['PATCH', `${ENDPOINTS}/none`, { endpoint: { userId: 'U1' } }],
      ['DELETE', `${ENDPOINTS}/none`],
    ],
  },
  {
    kind: 'endpoint_malformed',
    when: 'a value that is none of its type',
    api: [['PATCH', `${ENDPOINTS}/second`, { endpoint: { channelId: 'C1' } }]],
  },
]
