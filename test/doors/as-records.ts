import { isObject } from './mutations.ts'
import { CONNECTION, CONTEXT, ENDPOINT, INTEGRATION, SUBSCRIBER } from './samples.ts'

type Body = Readonly<Record<string, unknown>>

/** What one body of the API says, as a record of an export and as an item of Novu's API. */
export type Transferred = {
  kind: string
  sample: Body
  /** The list of Novu's that has it. */
  novuPath: string
  toRecord(body: Body): Body
  toItem(body: Body): Body
  /** Properties of the body that a record does not have. */
  without: readonly string[]
  /** What is wrong in a body and right in a record, as `property: how`. */
  allowed: readonly string[]
}

/** `contextKeys` in the place of `context`, and null in that of what is absent. */
const stored = ({ context, ...rest }: Body, nullable: readonly string[]): Body => ({
  ...Object.fromEntries(nullable.map((name) => [name, null])),
  ...rest,
  ...(isObject(context) && {
    contextKeys: Object.entries(context).map(([type, id]) => `${type}:${String(id)}`),
  }),
})

const profileOf = ({ subscriberId: _, ...profile }: Body): Body => profile

/** By the name of the body's schema. */
export const TRANSFERRED: Readonly<Record<string, Transferred>> = {
  CreateSubscriberRequestDto: {
    kind: 'subscriber',
    sample: SUBSCRIBER,
    novuPath: '/v2/subscribers',
    toRecord: (body) => ({
      record: 'subscriber',
      ...('subscriberId' in body && { subscriberId: body['subscriberId'] }),
      profile: profileOf(body),
    }),
    toItem: (body) => body,
    without: [],
    allowed: [],
  },
  CreateContextRequestDto: {
    kind: 'context',
    sample: CONTEXT,
    novuPath: '/v2/contexts',
    toRecord: (body) => ({ record: 'context', ...body }),
    toItem: (body) => body,
    without: [],
    allowed: [],
  },
  CreateIntegrationRequestDto: {
    kind: 'integration',
    sample: INTEGRATION,
    novuPath: '/v1/integrations',
    toRecord: (body) => ({ record: 'integration', ...body }),
    toItem: (body) => body,
    without: ['_environmentId', 'configurations'],
    allowed: [],
  },
  CreateChannelConnectionRequestDto: {
    kind: 'connection',
    sample: CONNECTION,
    novuPath: '/v1/channel-connections',
    toRecord: (body) => ({ record: 'connection', ...stored(body, ['subscriberId']) }),
    toItem: (body) => stored(body, []),
    without: ['connectionMode', 'context'],
    // An export without secrets has none.
    allowed: ['auth: left out'],
  },
  CreateChannelEndpointRequestDto: {
    kind: 'endpoint',
    sample: ENDPOINT,
    novuPath: '/v1/channel-endpoints',
    toRecord: (body) => ({ record: 'endpoint', ...stored(body, ['connectionIdentifier']) }),
    toItem: (body) => stored(body, []),
    without: ['createSubscriberIfMissing', 'context'],
    allowed: [],
  },
}

/** What Novu does not tell, and its item cannot have wrong. */
export const NOT_AT_NOVU: ReadonlySet<string> = new Set(['credentials'])
