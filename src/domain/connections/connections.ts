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
import { connectionEvent } from './event.ts'
import { releaseOthers } from './install.ts'
import { type OwnerRefusal, refuseMissingOwner } from './owner.ts'
import type { AuthInput, ConnectionContent, NewConnection, WorkspaceInput } from './shape.ts'

export type ConnectionDeps = Pick<Deps, 'store' | 'providers' | 'random' | 'clock'> & {
  config: Pick<Config, 'autoCreateSubscribers'>
}

export type ConnectionNotFound = { kind: 'connection_not_found'; identifier: string }
export type ConnectionExists = { kind: 'connection_exists'; identifier: string }
/** Of an integration, at most one connection is for the same subscriber and contexts. */
export type OwnerHasConnection = {
  kind: 'connection_of_owner_exists'
  integrationIdentifier: string
  existing: Connection
}

/** Why a connection is not stored. */
export type ConnectionRefused =
  | OwnerRefusal
  | IntegrationNotFound
  | SubscriberNotFound
  | Invalid
  | OwnerHasConnection
  | ConnectionExists
  | AuthRefused

/** A connection as a door of latch has read it. */
export type ConnectionDraft = {
  /** Null: latch makes one up. */
  identifier: string | null
  integrationIdentifier: string
  /** Must exist, also where the connection is shared and does not belong to it. */
  subscriberId: string | null
  connectionMode?: 'subscriber' | 'shared'
  context?: ContextPayload
  workspace: WorkspaceInput
  /** Absent where no token came along: the connection only says whose workspace it is. */
  auth?: AuthInput
  origin: Connection['origin']
  /** Absent: now. */
  times?: RowTimes
}

/** A connection that a backend made itself, with its token. */
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

/** What a connection needs and the same commit makes, so that it cannot be found yet. */
type MadeWithIt = { integration: Integration; subscriber: SubscriberReady }

/**
 * Stores a connection under its own name, for somebody: only one that says no more than whose
 * workspace it is, as latch makes them when people link, may belong to nobody. The checks come in
 * Novu's order.
 */
export async function addConnection(
  deps: ConnectionDeps,
  environmentId: string,
  draft: ConnectionDraft,
  made?: MadeWithIt,
): Promise<Decision<ConnectionWithAuth, ConnectionRefused>> {
  const { store, providers } = deps
  const { subscriberId, auth: given = { accessToken: IDENTITY_ONLY } } = draft
  const needsOwner = draft.origin !== 'identity' || hasToken(given)
  const unowned = needsOwner ? refuseMissingOwner(draft) : null
  if (unowned !== null) return unowned
  const contexts = readContexts(draft.context)
  if (contexts.kind === 'invalid') return contexts
  const found = made
    ? { kind: 'integration' as const, integration: made.integration }
    : await findIntegration(deps, environmentId, draft.integrationIdentifier)
  if (found.kind === 'integration_not_found') return found
  const { integration } = found
  const ready =
    subscriberId === null
      ? null
      : (made?.subscriber ?? (await requireSubscriber(deps, environmentId, subscriberId)))
  if (ready !== null && ready.kind !== 'subscriber_ready') return ready
  const connection: Connection = {
    ...freshRow(deps, environmentId, draft.times),
    ...workspaceOf(draft.workspace),
    integrationId: integration.id,
    identifier: draft.identifier ?? `chconn_${deps.random.identifier()}`,
    // Uniqueness is decided by whom the connection is stored for. Novu looked for the subscriber that
    // was sent, and so stored two shared connections of one context.
    subscriberId: draft.connectionMode === 'shared' ? null : subscriberId,
    contextKeys: [...contexts.keys],
    origin: draft.origin,
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
        ...(made ? [] : [store.integrations.expectPresent(integration.id)]),
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

/** Replaces the workspace and the tokens of a connection, both as a whole. */
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
  // With a token of its own it counts as its owner's connection, of which there is one at most.
  const existing = await store.connections.findByOwner(integration.id, found.connection)
  if (existing !== null && existing.id !== found.connection.id) {
    return ownerHasConnection(integration, existing)
  }
  const workspace = workspaceOf(content.workspace)
  const connection = { ...found.connection, ...workspace, updatedAtMs }
  return accept(
    { ...found, connection, auth: read.auth, pending: null },
    {
      expects: [store.connections.expectPresent(connection.id)],
      writes: store.connections.replace(connection.id, workspace, read.auth, updatedAtMs),
      events: [connectionEvent('connection.updated', connection)],
    },
  )
}

/**
 * Forgets a connection. Endpoints of its owner that were made through it stay as they are, as at
 * Novu; those of others belong to the identity-only connection of the workspace from now on.
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
  return accept(null, {
    // Who deletes it a second time at the same moment must not tell of it again.
    expects: [connections.expectPresent(connection.id)],
    writes: [...releaseOthers(deps, connection), connections.delete(connection.id)],
    events: [connectionEvent('connection.deleted', connection)],
  })
}

const ownerHasConnection = (
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
