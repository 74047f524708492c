import type { Config } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import { endpointKind } from '../../providers/declared.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { ListedEndpoint } from '../../store/endpoints/endpoint-list.ts'
import type {
  ChatUserColumns,
  Endpoint,
  VerificationColumns,
} from '../../store/endpoints/endpoints.ts'
import { freshRow, type RowTimes } from '../../store/fresh-row.ts'
import { contextWrites, readContexts } from '../contexts/payload.ts'
import { accept, type Decision } from '../decision.ts'
import { findIntegration, type IntegrationNotFound } from '../integrations/find.ts'
import { type Invalid, invalid } from '../shape.ts'
import { requireSubscriber, type SubscriberNotFound } from '../subscribers/require.ts'
import { chatUserColumns, type LinkedToAnother, requireOneSubscriber } from './chat-user.ts'
import { endpointEvent, endpointUpdated } from './event.ts'
import type { NewEndpoint } from './shape.ts'
import { OTHER_PROVIDERS, refuseType, refuseValue, splitSecrets } from './types.ts'

export type EndpointDeps = Pick<Deps, 'store' | 'providers' | 'random' | 'clock'> & {
  config: Pick<Config, 'autoCreateSubscribers' | 'allowPrivateWebhooks'>
}

export type EndpointNotFound = { kind: 'endpoint_not_found'; identifier: string }

/** Why an endpoint was refused. */
export type EndpointRefused =
  | Invalid
  | IntegrationNotFound
  | SubscriberNotFound
  | { kind: 'endpoint_exists'; identifier: string }
  /** The type belongs to a provider that latch does not support. */
  | { kind: 'integration_of_another_kind'; type: string; provider: string }
  | { kind: 'connection_not_found'; identifier: string }
  /** Nobody is linked through it before an operator has approved it. */
  | { kind: 'connection_not_approved'; identifier: string }
  /** A subscriber can be linked to one user per connection. */
  | { kind: 'user_linked_already'; existing: Endpoint }
  | LinkedToAnother

/** The value does not match the schema of the endpoint's type. */
export type EndpointMalformed = { kind: 'endpoint_malformed'; problem: string }

/** What an import knows of an endpoint besides what a backend gives. */
export type EndpointOrigin = {
  /** When it was created originally. */
  times?: RowTimes | undefined
  /** The workspace of the chat user, if it is not the connection's, and its other id. */
  workspaceId?: string | undefined
  workspaceAlias?: string | undefined
  /** How the link was verified where it was made; a backend asserts it. */
  verification?: 'imported' | undefined
}

/**
 * Stores an endpoint that a backend or an import provides, without a link. The checks run in Novu's
 * order.
 */
export async function createEndpoint(
  deps: EndpointDeps,
  environmentId: string,
  given: NewEndpoint,
  origin: EndpointOrigin = {},
): Promise<Decision<ListedEndpoint, EndpointRefused>> {
  const { store, providers } = deps
  const { type, endpoint: value, subscriberId } = given
  const malformed = refuseMalformed(deps, given)
  if (malformed !== null) return malformed
  const contexts = readContexts(given.context)
  if (contexts.kind === 'invalid') return contexts
  const found = await findIntegration(deps, environmentId, given.integrationIdentifier)
  if (found.kind === 'integration_not_found') return found
  const { integration } = found
  const ready = await requireSubscriber(deps, environmentId, subscriberId, {
    createIfMissing: given.createSubscriberIfMissing === true,
  })
  if (ready.kind !== 'subscriber_ready') return ready
  const identifier = given.identifier ?? `chendp_${deps.random.identifier()}`
  if ((await store.endpoints.find(environmentId, identifier)) !== null) {
    return { kind: 'endpoint_exists', identifier }
  }
  const provider = OTHER_PROVIDERS.get(type)
  if (provider !== undefined) return { kind: 'integration_of_another_kind', type, provider }
  const { connectionIdentifier = null } = given
  const connection =
    connectionIdentifier === null
      ? null
      : await store.connections.find(integration.id, connectionIdentifier)
  if (connectionIdentifier !== null && connection === null) {
    return { kind: 'connection_not_found', identifier: connectionIdentifier }
  }
  if (connection !== null && connection.adminProblem !== null) {
    return { kind: 'connection_not_approved', identifier: connection.identifier }
  }
  const workspace = origin.workspaceId ?? connection?.workspaceId ?? null
  const split = splitSecrets(type, value)
  const endpoint = {
    ...freshRow(deps, environmentId, origin.times),
    integrationId: integration.id,
    identifier,
    connectionIdentifier,
    subscriberId,
    contextKeys: [...contexts.keys],
    type,
    kind: endpointKind(providers, type),
    verification: origin.verification ?? ('asserted' as const),
    verifiedAtMs: deps.clock(),
    ...split,
    ...chatUserColumns(
      deps,
      { type, endpoint: split.endpoint },
      workspace === null ? null : { id: workspace, alias: origin.workspaceAlias ?? null },
    ),
  }
  const existing = await store.endpoints.findSameUser(endpoint)
  if (existing !== null) return { kind: 'user_linked_already', existing }
  const only = await requireOneSubscriber(deps, endpoint)
  if (only.kind === 'linked_to_another_subscriber') return only
  const { providerId, channel, identifier: integrationIdentifier } = integration
  return accept(
    { ...endpoint, integrationIdentifier, providerId, channel, pending: null },
    {
      expects: [
        store.integrations.expectPresent(integration.id),
        ...(ready.subscriber ? [store.subscribers.expectPresent(ready.subscriber.id)] : []),
        ...(connection ? [store.connections.expectInWorkspace(connection)] : []),
        ...only.expects,
      ],
      writes: [
        ...ready.writes,
        ...contextWrites(deps, environmentId, contexts),
        store.endpoints.insert(endpoint),
      ],
      events: [endpointEvent('endpoint.created', endpoint)],
    },
  )
}

function refuseMalformed(deps: EndpointDeps, { type, endpoint }: NewEndpoint): Invalid | null {
  const unknown = refuseType(deps, type)
  if (unknown !== null) return invalid({ type: { messages: [unknown], value: type } })
  const problem = refuseValue(deps, type, endpoint)
  return problem === null ? null : invalid({ endpoint: { messages: [problem], value: endpoint } })
}

/** Replaces an endpoint's value. The type stays, and the new value must match it. */
export async function updateEndpoint(
  deps: Pick<EndpointDeps, 'store' | 'config' | 'providers' | 'clock'>,
  environmentId: string,
  identifier: string,
  value: Readonly<Record<string, unknown>>,
): Promise<Decision<ListedEndpoint, EndpointNotFound | EndpointMalformed | LinkedToAnother>> {
  const { store, clock } = deps
  const found = await store.endpoints.find(environmentId, identifier)
  if (found === null) return { kind: 'endpoint_not_found', identifier }
  const problem = refuseValue(deps, found.type, value)
  if (problem !== null) return { kind: 'endpoint_malformed', problem }
  const split = splitSecrets(found.type, value)
  const { connectionIdentifier } = found
  const connection =
    connectionIdentifier === null
      ? null
      : await store.connections.find(found.integrationId, connectionIdentifier)
  const user = chatUserColumns(deps, { ...found, ...split }, workspaceNow(found, connection))
  const updatedAtMs = clock()
  const replaced = {
    ...found,
    ...split,
    ...user,
    updatedAtMs,
    ...verificationOf(found, user, updatedAtMs),
  }
  const only = await requireOneSubscriber(deps, replaced)
  if (only.kind === 'linked_to_another_subscriber') return only
  return accept(
    { ...replaced, pending: null },
    {
      // The event must contain what this change replaces.
      expects: [
        store.endpoints.expectValue(found),
        ...(connection ? [store.connections.expectInWorkspace(connection)] : []),
        ...only.expects,
      ],
      writes: [store.endpoints.replace(found.id, replaced, replaced.updatedAtMs)],
      events: [endpointUpdated(found, split)],
    },
  )
}

/**
 * The workspace that a new value of an endpoint is about: the connection's, which a backend may have
 * changed since the endpoint was stored.
 */
function workspaceNow(
  { workspaceId: id, workspaceAlias: alias }: ChatUserColumns,
  connection: Pick<Connection, 'workspaceId'> | null,
): { id: string; alias: string | null } | null {
  const now = connection?.workspaceId ?? id
  if (now === null) return null
  return id !== null && (now === id || now === alias) ? { id, alias } : { id: now, alias: null }
}

/** Nobody has verified another chat user: a backend asserts it. */
const verificationOf = (
  before: ListedEndpoint,
  { workspaceId, chatUserId }: ChatUserColumns,
  nowMs: number,
): VerificationColumns =>
  before.workspaceId === workspaceId && before.chatUserId === chatUserId
    ? { verification: before.verification, verifiedAtMs: before.verifiedAtMs }
    : { verification: 'asserted', verifiedAtMs: nowMs }

/**
 * Deletes an endpoint, which unlinks its subscriber. latch stores no user tokens, so there is none
 * to revoke.
 */
export async function deleteEndpoint(
  { store }: Pick<EndpointDeps, 'store'>,
  environmentId: string,
  identifier: string,
): Promise<Decision<null, EndpointNotFound>> {
  const found = await store.endpoints.find(environmentId, identifier)
  if (found === null) return { kind: 'endpoint_not_found', identifier }
  return accept(null, {
    // If it is deleted twice at the same moment, only one event may be recorded.
    expects: [store.endpoints.expectPresent(found.id)],
    writes: [store.endpoints.delete(found.id)],
    events: [endpointEvent('endpoint.deleted', found)],
  })
}
