import { type Static, Type } from '@sinclair/typebox'
import { listOf } from '../../http/list-of.ts'
import { openObject } from '../../http/open-object.ts'

const flag = (name: string) =>
  Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], {
      whenWrong: `${name} must be true or false`,
    }),
  )

/** The query of a list (novu-behaviour §3.3). */
export const EndpointsQuery = openObject({
  limit: Type.Optional(
    Type.String({
      pattern: '^([1-9][0-9]?|100)$',
      whenWrong: 'limit must be a whole number from 1 to 100',
    }),
  ),
  after: Type.Optional(Type.String()),
  before: Type.Optional(Type.String()),
  orderBy: Type.Optional(Type.Union([Type.Literal('createdAt'), Type.Literal('updatedAt')])),
  orderDirection: Type.Optional(Type.Union([Type.Literal('ASC'), Type.Literal('DESC')])),
  includeCursor: flag('includeCursor'),
  subscriberId: Type.Optional(Type.String()),
  integrationIdentifier: Type.Optional(Type.String()),
  connectionIdentifier: Type.Optional(Type.String()),
  channel: Type.Optional(Type.String()),
  providerId: Type.Optional(Type.String()),
  contextKeys: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
})
export type EndpointsQuery = Static<typeof EndpointsQuery>

export const ChannelEndpoint = Type.Object(
  {
    identifier: Type.String(),
    channel: Type.Union([Type.String(), Type.Null()]),
    providerId: Type.Union([Type.String(), Type.Null()]),
    integrationIdentifier: Type.Union([Type.String(), Type.Null()]),
    connectionIdentifier: Type.Union([Type.String(), Type.Null()]),
    subscriberId: Type.Union([Type.String(), Type.Null()]),
    contextKeys: Type.Array(Type.String()),
    type: Type.String(),
    endpoint: Type.Record(Type.String(), Type.String()),
    pending: Type.Optional(
      Type.Object(
        {
          problem: Type.Union([Type.String(), Type.Null()]),
          attempts: Type.Integer(),
          nextAttemptAt: Type.String(),
        },
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
