import type { Config } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { ConnectionWithAuth, Workspace } from '../../store/connections/connections.ts'
import { freshRow, type RowTimes } from '../../store/fresh-row.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import { type ContextPayload, contextWrites, readContexts } from '../contexts/payload.ts'
import { accept, type Decision } from '../decision.ts'
import { findIntegration, type IntegrationNotFound } from '../integrations/find.ts'
import type { Invalid } from '../shape.ts'
import {
  requireSubscriber,
  type SubscriberNotFound,
  type SubscriberReady,
} from '../subscribers/require.ts'
import { type AuthRefused, hasToken, IDENTITY_ONLY, readAuthInput } from './auth.ts'
import { connectionEvent, connectionUpdated } from './event.ts'
import { releaseOthers } from './move-endpoints.ts'
import { type OwnerRefusal, refuseMissingOwner } from './owner.ts'
import type { AuthInput, ConnectionContent, NewConnection, WorkspaceInput } from './shape.ts'

export type ConnectionDeps = Pick<Deps, 'store' | 'providers' | 'random' | 'clock'> & {
  config: Pick<Config, 'autoCreateSubscribers'>
}

export type ConnectionNotFound = { kind: 'connection_not_found'; identifier: string }
export type ConnectionExists = { kind: 'connection_exists'; identifier: string }
/** An integration has at most one connection for the same subscriber and contexts. */
export type OwnerHasConnection = {
  kind: 'connection_of_owner_exists'
  integrationIdentifier: string
  existing: Connection
}

/** Why a connection was refused. */
export type ConnectionRefused =
  | OwnerRefusal
  | IntegrationNotFound
  | SubscriberNotFound
  | Invalid
  | OwnerHasConnection
  | ConnectionExists
  | AuthRefused

/** A connection to be stored, as the API, an import or the sandbox has parsed it. */
export type ConnectionDraft = {
  /** Null: latch generates one. */
  identifier: string | null
  integrationIdentifier: string
  /** Must exist, even if the connection is shared and so does not belong to the subscriber. */
  subscriberId: string | null
  connectionMode?: 'subscriber' | 'shared'
  context?: ContextPayload
  workspace: WorkspaceInput
  /** Absent without a token: the connection then only identifies a workspace. */
  auth?: AuthInput
  origin: Connection['origin']
  /** Defaults to now. */
  times?: RowTimes
}

/** Stores a connection that a backend created itself, with its token. */
export const createConnection = (
  deps: ConnectionDeps,
  environmentId: string,
  given: NewConnection,
): Promise<Decision<ConnectionWithAuth, ConnectionRefused>> =>
  addConnection(deps, environmentId, {
    ...given,
    identifier: given.identifier ?? null,
    subscriberId: given.subscriberId ?? null,
    origin: 'api',
  })

/**
 * What the connection belongs to, if the same commit creates it, so that it cannot be looked up
 * yet.
 */
type CreatedInSameCommit = { integration: Integration; subscriber: SubscriberReady }

/**
 * Stores a connection under its identifier. It needs an owner, unless it has no token and only
 * identifies a workspace, like those that latch creates when users link. The checks run in Novu's
 * order.
 */
export async function addConnection(
  deps: ConnectionDeps,
  environmentId: string,
  draft: ConnectionDraft,
  createdInSameCommit?: CreatedInSameCommit,
): Promise<Decision<ConnectionWithAuth, ConnectionRefused>> {
  const { store, providers } = deps
  const { subscriberId, auth: given = { accessToken: IDENTITY_ONLY } } = draft
  const needsOwner = draft.origin !== 'identity' || hasToken(given)
  const unowned = needsOwner ? refuseMissingOwner(draft) : null
  if (unowned !== null) return unowned
  const contexts = readContexts(draft.context)
  if (contexts.kind === 'invalid') return contexts
  const found = createdInSameCommit
    ? { kind: 'integration' as const, integration: createdInSameCommit.integration }
    : await findIntegration(deps, environmentId, draft.integrationIdentifier)
  if (found.kind === 'integration_not_found') return found
  const { integration } = found
  const ready =
    subscriberId === null
      ? null
      : (createdInSameCommit?.subscriber ??
        (await requireSubscriber(deps, environmentId, subscriberId)))
  if (ready !== null && ready.kind !== 'subscriber_ready') return ready
  const connection: Connection = {
    ...freshRow(deps, environmentId, draft.times),
    ...workspaceOf(draft.workspace),
    integrationId: integration.id,
    identifier: draft.identifier ?? `chconn_${deps.random.identifier()}`,
    // The uniqueness check uses the owner that is stored. Novu's uses the subscriber that was sent,
    // and so it stored two shared connections for one context.
    subscriberId: draft.connectionMode === 'shared' ? null : subscriberId,
    contextKeys: [...contexts.keys],
    origin: draft.origin,
    adminProblem: null,
  }
  if (connection.origin !== 'identity') {
    const existing = await store.connections.findByOwner(integration.id, connection)
    if (existing !== null) return ownerHasConnection(integration, existing)
  }
  const { identifier } = connection
  if ((await store.connections.findWithAuth(environmentId, identifier)) !== null) {
    return { kind: 'connection_exists', identifier }
  }
  const provider = providers.get(integration.providerId)
  const read = readAuthInput(given, integration, provider, deps.clock())
  if (read.kind !== 'auth') return read
  return accept(
    { connection, auth: read.auth, pending: null, integration },
    {
      expects: [
        ...(createdInSameCommit ? [] : [store.integrations.expectPresent(integration.id)]),
        ...(ready?.subscriber ? [store.subscribers.expectPresent(ready.subscriber.id)] : []),
      ],
      writes: [
        ...(ready?.writes ?? []),
        ...contextWrites(deps, environmentId, contexts),
        ...store.connections.insert(connection, read.auth),
      ],
      events: [connectionEvent('connection.created', connection)],
    },
  )
}

/** Replaces a connection's workspace and tokens, both completely. */
export async function updateConnection(
  deps: Pick<Deps, 'store' | 'providers' | 'clock'>,
  environmentId: string,
  identifier: string,
  content: ConnectionContent,
): Promise<
  Decision<
    ConnectionWithAuth,
    ConnectionNotFound | IntegrationNotFound | AuthRefused | OwnerHasConnection
  >
> {
  const { store, providers, clock } = deps
  const found = await store.connections.findWithAuth(environmentId, identifier)
  if (found === null) return { kind: 'connection_not_found', identifier }
  const of = await findIntegration(deps, environmentId, found.integration.identifier)
  if (of.kind === 'integration_not_found') return of
  const { integration } = of
  const updatedAtMs = clock()
  const provider = providers.get(integration.providerId)
  const read = readAuthInput(content.auth, integration, provider, updatedAtMs)
  if (read.kind !== 'auth') return read
  // With its own token it counts as its owner's connection, of which there is at most one.
  const existing = await store.connections.findByOwner(integration.id, found.connection)
  if (existing !== null && existing.id !== found.connection.id) {
    return ownerHasConnection(integration, existing)
  }
  const workspace = workspaceOf(content.workspace)
  const connection = { ...found.connection, ...workspace, adminProblem: null, updatedAtMs }
  return accept(
    { ...found, connection, auth: read.auth, pending: null },
    {
      // The event must contain what this change replaces. Tokens are not compared, so that any
      // number of processes can replace them at the same moment.
      expects: [store.connections.expectSame(found.connection)],
      writes: store.connections.replace(connection.id, workspace, read.auth, updatedAtMs),
      events: [connectionUpdated(found, { connection, auth: read.auth })],
    },
  )
}

/**
 * Deletes a connection. Endpoints of its owner that were created through it are kept unchanged, as
 * in Novu; those of other subscribers move to the workspace's identity-only connection.
 */
export async function deleteConnection(
  deps: Pick<Deps, 'store' | 'random' | 'clock'>,
  environmentId: string,
  identifier: string,
): Promise<Decision<null, ConnectionNotFound>> {
  const { connections } = deps.store
  const found = await connections.findWithAuth(environmentId, identifier)
  if (found === null) return { kind: 'connection_not_found', identifier }
  const { connection } = found
  const moved = await releaseOthers(deps, connection, {
    reason: 'connection_deleted',
    linkId: null,
  })
  return accept(null, {
    // If it is deleted twice at the same moment, only one event may be recorded.
    expects: [connections.expectPresent(connection.id), ...moved.expects],
    writes: [...moved.writes, connections.delete(connection.id)],
    events: [...moved.events, connectionEvent('connection.deleted', connection)],
  })
}

export const ownerHasConnection = (
  { identifier }: { identifier: string },
  existing: Connection,
): OwnerHasConnection => ({
  kind: 'connection_of_owner_exists',
  integrationIdentifier: identifier,
  existing,
})

const workspaceOf = ({ id, name, botUserId }: WorkspaceInput): Workspace => ({
  workspaceId: id,
  workspaceName: name ?? null,
  botUserId: botUserId ?? null,
})
