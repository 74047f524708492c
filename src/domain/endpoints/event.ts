import type { Endpoint } from '../../store/endpoints/endpoints.ts'
import type { DomainEvent } from '../events/registry.ts'
import { splitSecrets } from './types.ts'

type Subject = Pick<
  Endpoint,
  | 'environmentId'
  | 'identifier'
  | 'integrationId'
  | 'connectionIdentifier'
  | 'subscriberId'
  | 'contextKeys'
  | 'type'
  | 'endpoint'
>

/** Creates an event about an endpoint. */
export function endpointEvent(
  type: Extract<DomainEvent['type'], `endpoint.${string}`>,
  endpoint: Subject,
  linkId: string | null = null,
): DomainEvent {
  return {
    type,
    environmentId: endpoint.environmentId,
    subjectId: endpoint.identifier,
    subscriberId: endpoint.subscriberId,
    linkId,
    data: {
      integrationId: endpoint.integrationId,
      connectionIdentifier: endpoint.connectionIdentifier,
      contextKeys: [...endpoint.contextKeys],
      type: endpoint.type,
    },
    personal: { endpoint: splitSecrets(endpoint.type, endpoint.endpoint).endpoint },
  }
}
