import { CONTEXT } from '../samples.ts'
import {
  CONNECT,
  CONNECTIONS,
  connection,
  connectionRecord,
  ENDPOINTS,
  endpoint,
  endpointRecord,
  LINK_USER,
  link,
  nobody,
  type Refusal,
} from './requests.ts'

export const OF_SUBSCRIBERS: readonly Refusal[] = [
  {
    kind: 'subscriber_exists',
    when: 'a subscriber who must be new',
    api: [['POST', '/v2/subscribers?failIfExists=true', { subscriberId: 'ada' }]],
    record: {
      value: { record: 'subscriber', subscriberId: 'ada', profile: { firstName: 'Another' } },
      becomes: 'known',
    },
  },
  {
    kind: 'subscriber_not_found',
    when: 'no subscriber of that id',
    api: [
      ['POST', LINK_USER, { ...link, ...nobody }],
      ['POST', CONNECT, { ...link, ...nobody }],
      ['POST', CONNECTIONS, { ...connection, ...nobody }],
      ['POST', ENDPOINTS, { ...endpoint, ...nobody }],
      ['PATCH', '/v2/subscribers/nobody', { firstName: 'A' }],
      ['DELETE', '/v2/subscribers/nobody'],
      ['DELETE', '/v2/subscribers/nobody?erase=true'],
    ],
    record: {
      value: { ...connectionRecord, ...nobody },
      becomes: 'the subscriber nobody does not exist',
    },
    command: {
      action: 'subscribers.erase',
      input: { environmentId: null, ...nobody, rewritesFile: false },
      says: 'No such subscriber: nobody',
    },
  },
  {
    kind: 'subscriber_not_found',
    when: 'nobody to export',
    command: {
      action: 'subscribers.export',
      input: { environmentId: null, ...nobody },
      says: 'No such subscriber: nobody',
    },
  },
  {
    kind: 'subscriber_not_found',
    when: 'an endpoint of nobody',
    record: {
      value: { ...endpointRecord, ...nobody },
      becomes: 'the subscriber nobody does not exist',
    },
  },
  {
    kind: 'context_exists',
    when: 'a context that is there',
    api: [['POST', '/v2/contexts', CONTEXT]],
    record: { value: { record: 'context', ...CONTEXT, data: { other: 1 } }, becomes: 'known' },
  },
  {
    kind: 'context_not_found',
    when: 'no context of that name',
    api: [
      ['PATCH', '/v2/contexts/team/none', { data: {} }],
      ['DELETE', '/v2/contexts/team/none'],
    ],
  },
]
