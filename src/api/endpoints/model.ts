import { type Static, Type } from '@sinclair/typebox'
import { ContextPayload } from '../../domain/contexts/payload.ts'
import { listOf } from '../../http/list-of.ts'
import { CONTEXT_KEYS, LIST_PARAMETERS } from '../../http/list-query.ts'
import { openObject } from '../../http/open-object.ts'
import { EXAMPLE } from '../../providers/example.ts'

export const EndpointParams = Type.Object({
  identifier: Type.String({ minLength: 1, examples: ['chendp_abc123'] }),
})

export const EndpointsQuery = openObject({
  ...LIST_PARAMETERS,
  subscriberId: Type.Optional(Type.String()),
  integrationIdentifier: Type.Optional(Type.String()),
  connectionIdentifier: Type.Optional(Type.String()),
  channel: Type.Optional(Type.String()),
  providerId: Type.Optional(Type.String()),
  contextKeys: CONTEXT_KEYS,
})
export type EndpointsQuery = Static<typeof EndpointsQuery>

export const CreateEndpointBody = openObject(
  {
    type: Type.String({ examples: [EXAMPLE.endpointType] }),
    endpoint: Type.Record(Type.String(), Type.Unknown(), { examples: [{ userId: 'U0ADA00001' }] }),
    subscriberId: Type.String({ minLength: 1, whenEmpty: 'subscriberId should not be empty' }),
    integrationIdentifier: Type.String({
      minLength: 1,
      whenEmpty: 'integrationIdentifier should not be empty',
    }),
    identifier: Type.Optional(Type.String({ minLength: 1 })),
    connectionIdentifier: Type.Optional(Type.String()),
    context: Type.Optional(ContextPayload),
    createSubscriberIfMissing: Type.Optional(Type.Boolean()),
  },
  { title: 'CreateChannelEndpointRequestDto' },
)
export type CreateEndpointBody = Static<typeof CreateEndpointBody>

export const UpdateEndpointBody = openObject(
  { endpoint: Type.Record(Type.String(), Type.Unknown()) },
  { title: 'UpdateChannelEndpointRequestDto' },
)
export type UpdateEndpointBody = Static<typeof UpdateEndpointBody>

const textOrNull = Type.Union([Type.String(), Type.Null()])

export const ChannelEndpoint = Type.Object(
  {
    identifier: Type.String(),
    channel: textOrNull,
    providerId: textOrNull,
    integrationIdentifier: textOrNull,
    connectionIdentifier: textOrNull,
    subscriberId: textOrNull,
    contextKeys: Type.Array(Type.String()),
    type: Type.String(),
    endpoint: Type.Record(Type.String(), Type.Unknown()),
    pending: Type.Optional(
      Type.Object(
        { problem: textOrNull, attempts: Type.Integer(), nextAttemptAt: Type.String() },
        { description: 'There while the app cannot reach the user yet; latch keeps trying.' },
      ),
    ),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'ChannelEndpoint' },
)
export type ChannelEndpoint = Static<typeof ChannelEndpoint>

export const ChannelEndpointList = listOf(ChannelEndpoint, 'ListChannelEndpointsResponseDto')
export type ChannelEndpointList = Static<typeof ChannelEndpointList>
