import { type Static, Type } from '@sinclair/typebox'
import { EXAMPLE } from '../../providers/example.ts'
import { ContextPayload } from '../contexts/payload.ts'
import { identifierOf } from '../identifier.ts'

/** Unknown properties are ignored, as in Novu. */
const open = { additionalProperties: true } as const

/** An endpoint that a backend creates itself, without a link. */
export const NewEndpoint = Type.Object(
  {
    type: Type.String({ examples: [EXAMPLE.endpointType] }),
    endpoint: Type.Record(Type.String(), Type.Unknown(), { examples: [{ userId: 'U0ADA00001' }] }),
    subscriberId: Type.String({ minLength: 1, emptyMessage: 'subscriberId should not be empty' }),
    integrationIdentifier: Type.String({
      minLength: 1,
      emptyMessage: 'integrationIdentifier should not be empty',
    }),
    identifier: Type.Optional(identifierOf()),
    connectionIdentifier: Type.Optional(Type.String()),
    context: Type.Optional(ContextPayload),
    createSubscriberIfMissing: Type.Optional(Type.Boolean()),
  },
  { ...open, title: 'CreateChannelEndpointRequestDto' },
)
export type NewEndpoint = Static<typeof NewEndpoint>

/** The new value of an endpoint, which must match the schema of its type. */
export const EndpointUpdate = Type.Object(
  { endpoint: Type.Record(Type.String(), Type.Unknown()) },
  { ...open, title: 'UpdateChannelEndpointRequestDto' },
)
export type EndpointUpdate = Static<typeof EndpointUpdate>
