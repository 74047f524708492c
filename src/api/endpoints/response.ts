import { type Static, Type } from '@sinclair/typebox'
import type { LinkedToAnother } from '../../domain/endpoints/chat-user.ts'
import { redactedValue, wholeValue } from '../../domain/endpoints/types.ts'
import { showsSecrets } from '../../domain/environments/key-permissions.ts'
import { type ApiError, conflict, notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Tag } from '../../http/declares.ts'
import type { ListedEndpoint } from '../../store/endpoints/endpoint-list.ts'
import { PendingState, presentPending } from '../pending.ts'

export const CHANNEL_ENDPOINTS: Tag = {
  name: 'Channel endpoints',
  description: 'Who a subscriber is at a provider, and where their messages are sent.',
}

export const EndpointParams = Type.Object({
  identifier: Type.String({ minLength: 1, examples: ['chendp_abc123'] }),
})

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
      Type.Object(PendingState.properties, {
        description: 'Present while the app cannot reach the user yet; latch keeps retrying.',
      }),
    ),
    verification: Type.Optional(
      Type.Union(
        [
          Type.Literal('session'),
          Type.Literal('confirm'),
          Type.Literal('none'),
          Type.Literal('asserted'),
          Type.Literal('imported'),
        ],
        {
          description:
            'Of a linked user: how it was verified that they are the subscriber. `session`, `confirm` ' +
            'or `none` by a link, `asserted` by your backend, or `imported`.',
        },
      ),
    ),
    verifiedAt: Type.Optional(
      Type.String({ format: 'date-time', description: 'When that was, if known.' }),
    ),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'ChannelEndpoint' },
)
export type ChannelEndpoint = Static<typeof ChannelEndpoint>

/** A key that may not see webhook URLs gets a placeholder in place of each. */
export function presentEndpoint(
  { permissions }: Pick<Caller, 'permissions'>,
  endpoint: ListedEndpoint,
): ChannelEndpoint {
  const { identifier, channel, providerId, integrationIdentifier, connectionIdentifier } = endpoint
  return {
    identifier,
    channel,
    providerId,
    integrationIdentifier,
    connectionIdentifier,
    subscriberId: endpoint.subscriberId,
    contextKeys: [...endpoint.contextKeys],
    type: endpoint.type,
    endpoint: showsSecrets(permissions) ? wholeValue(endpoint) : redactedValue(endpoint),
    ...(endpoint.pending !== null && { pending: presentPending(endpoint.pending) }),
    ...(endpoint.kind === 'person' && {
      verification: endpoint.verification,
      ...(endpoint.verifiedAtMs !== null && {
        verifiedAt: new Date(endpoint.verifiedAtMs).toISOString(),
      }),
    }),
    createdAt: new Date(endpoint.createdAtMs).toISOString(),
    updatedAt: new Date(endpoint.updatedAtMs).toISOString(),
  }
}

export const endpointNotFound = (identifier: string): ApiError =>
  notFound('endpoint_not_found', `Channel endpoint with identifier '${identifier}' not found`)

export const linkedToAnother = ({ kind, existing }: LinkedToAnother): ApiError =>
  conflict(
    kind,
    `This chat user is already linked to subscriber "${existing.subscriberId}" in the same context. Endpoint ID: ${existing.identifier}`,
  )
