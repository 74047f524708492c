import { CONNECTION } from '../samples.ts'

type Request = readonly [method: string, path: string, body?: object]

/** A refusal of the domain, and what leads to it at each door where it can come up. */
export type Refusal = {
  kind: string
  when: string
  /** Each is answered with this code; `kind` where it is not said. */
  code?: string
  api?: readonly Request[]
  /** What the report says of it: words of the reason, or that it is there already. */
  record?: { value: object; becomes: string }
  command?: { action: string; input: object; says: string }
}

export const LINK_USER = '/v1/integrations/channel-endpoints/oauth'
export const CONNECT = '/v1/integrations/channel-connections/oauth'
export const CONNECTIONS = '/v1/channel-connections'
export const ENDPOINTS = '/v1/channel-endpoints'

export const link = { subscriberId: 'ada', integrationIdentifier: 'slack' }
export const { workspace } = CONNECTION
export const connection = {
  ...link,
  identifier: 'other',
  workspace,
  auth: { accessToken: 'xoxb-2' },
}
export const connectionRecord = { record: 'connection', ...connection }
export const endpoint = {
  ...link,
  identifier: 'other',
  type: 'slack_user',
  endpoint: { userId: 'U1' },
}
export const endpointRecord = { record: 'endpoint', ...endpoint, connectionIdentifier: null }
export const rotating = { accessToken: 'a', refreshToken: 'b' }
export const missing = { integrationIdentifier: 'none' }
export const nobody = { subscriberId: 'nobody' }
export const app = {
  environmentId: null,
  providerId: 'slack',
  identifier: 'other',
  clientId: '1.2',
  clientSecret: 'secret',
  own: {},
}
export const NO_ID = '0123456789abcdef01234567'
