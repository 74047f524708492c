import type { Endpoint, EndpointValue } from '../../store/endpoints/endpoints.ts'
import { changedNames } from '../events/differences.ts'
import type { Cause } from '../events/reasons.ts'
import type { DomainEvent } from '../events/registry.ts'
import { splitSecrets, wholeValue } from './types.ts'

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

type EndpointEventType = Exclude<
  Extract<DomainEvent['type'], `endpoint.${string}`>,
  'endpoint.moved' | 'endpoint.reachable' | 'endpoint.linked' | 'endpoint.updated'
>

const dataOf = ({
  integrationId,
  connectionIdentifier,
  contextKeys,
  type,
}: Omit<Subject, 'endpoint'>) => ({
  integrationId,
  connectionIdentifier,
  contextKeys: [...contextKeys],
  type,
})

/** Creates an event about an endpoint. */
export function endpointEvent(
  type: EndpointEventType,
  endpoint: Subject,
  reason: string | null = null,
  linkId: string | null = null,
): DomainEvent {
  return {
    type,
    environmentId: endpoint.environmentId,
    subjectId: endpoint.identifier,
    subscriberId: endpoint.subscriberId,
    reason,
    linkId,
    data: dataOf(endpoint),
    personal: { endpoint: splitSecrets(endpoint.type, endpoint.endpoint).endpoint },
  }
}

/** Creates the event of an endpoint whose value was replaced. */
export function endpointUpdated(before: Omit<Endpoint, 'id'>, after: EndpointValue): DomainEvent {
  // Versions that did not seal secrets have stored them in the value.
  const was = splitSecrets(before.type, wholeValue(before))
  return {
    type: 'endpoint.updated',
    environmentId: before.environmentId,
    subjectId: before.identifier,
    subscriberId: before.subscriberId,
    data: { ...dataOf(before), changedSecrets: changedNames(was.secret ?? {}, after.secret ?? {}) },
    personal: { endpoint: after.endpoint, previousEndpoint: was.endpoint },
  }
}

/**
 * Creates the event of an endpoint that was deleted because its subscriber was erased. It contains
 * no personal data.
 */
export const erasedEndpointEvent = (endpoint: Subject): DomainEvent => ({
  type: 'endpoint.deleted',
  environmentId: endpoint.environmentId,
  subjectId: endpoint.identifier,
  reason: 'subscriber_erased',
  data: dataOf(endpoint),
})

/** Creates the event of an endpoint that was moved from one connection to another. */
export const endpointMoved = (
  endpoint: Subject,
  { from, to }: { from: string; to: string },
  reason: Cause,
): DomainEvent => ({
  type: 'endpoint.moved',
  environmentId: endpoint.environmentId,
  subjectId: endpoint.identifier,
  subscriberId: endpoint.subscriberId,
  reason,
  data: {
    ...dataOf(endpoint),
    connectionIdentifier: to,
    previousConnectionIdentifier: from,
  },
})

/** Creates the event of a linked user for whom the bot is now installed. */
export const endpointReachable = (endpoint: Omit<Subject, 'endpoint'>): DomainEvent => ({
  type: 'endpoint.reachable',
  environmentId: endpoint.environmentId,
  subjectId: endpoint.identifier,
  subscriberId: endpoint.subscriberId,
  data: dataOf(endpoint),
})
