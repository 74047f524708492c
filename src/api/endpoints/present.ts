import type { ListedEndpoint } from '../../store/endpoints/endpoint-pages.ts'
import type { ChannelEndpoint } from './model.ts'

export function presentEndpoint(endpoint: ListedEndpoint): ChannelEndpoint {
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
    endpoint: endpoint.endpoint,
    ...(endpoint.reachNextAttemptAtMs !== null && {
      pending: {
        problem: endpoint.reachProblem,
        attempts: endpoint.reachAttempts + 1,
        nextAttemptAt: new Date(endpoint.reachNextAttemptAtMs).toISOString(),
      },
    }),
    createdAt: new Date(endpoint.createdAtMs).toISOString(),
    updatedAt: new Date(endpoint.updatedAtMs).toISOString(),
  }
}
