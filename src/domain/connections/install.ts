import type { Deps } from '../../deps.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'
import type { Connection, PendingConsent } from '../../store/connections/connection-rows.ts'
import type { ConnectionOwner, Workspace } from '../../store/connections/connections.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Write } from '../../store/writer/writes.ts'
import { accept, type Decision } from '../decision.ts'
import { IDENTITY_ONLY } from './auth.ts'

type InstallDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** What an install, or an administrator's consent, gives. */
export type Install = {
  environmentId: string
  integrationId: string
  /** The connection that was asked for, which need not exist; null: whichever fits. */
  identifier: string | null
  /** For whom it was installed: a subscriber, or everybody in a context. */
  owner: ConnectionOwner
  workspace: Workspace
  auth: ConnectionAuth
  pending: PendingConsent | null
}

/** The connection that would be replaced is of another workspace. */
export type OtherWorkspace = { kind: 'other_workspace'; existing: Connection }

/**
 * Stores the connection that an install makes or renews. It belongs to whoever installed the app,
 * even where latch had made the connection before, when somebody linked from that workspace. Then it
 * takes over the endpoints of its owner alone: those of others move to a connection of the workspace
 * that has no token, so that nobody else's installing or deleting reaches them.
 */
export async function installConnection(
  deps: InstallDeps,
  install: Install,
): Promise<Decision<Connection, OtherWorkspace>> {
  const { connections } = deps.store
  const { environmentId, integrationId, owner, workspace, auth, pending } = install
  const existing = await findReplaced(deps, install)
  // The endpoints of a connection are people of its workspace, and would mean nobody in another.
  if (existing !== null && existing.workspaceId !== workspace.workspaceId) {
    return { kind: 'other_workspace', existing }
  }
  const fresh = freshRow(deps, environmentId)
  const owned = {
    subscriberId: owner.subscriberId,
    contextKeys: [...owner.contextKeys],
    origin: 'install',
  } as const
  if (existing === null) {
    const identifier = install.identifier ?? `chconn_${deps.random.identifier()}`
    const connection = { ...fresh, ...workspace, ...owned, integrationId, identifier }
    return accept(connection, {
      writes: [
        ...connections.insert(connection, auth, pending),
        connections.takeOverOwnEndpoints(connection),
      ],
    })
  }
  const takesOver = existing.origin === 'identity'
  const connection: Connection = {
    ...existing,
    ...workspace,
    ...(takesOver && owned),
    updatedAtMs: fresh.updatedAtMs,
  }
  const writes = connections.install(connection, auth, pending)
  return takesOver
    ? accept(connection, {
        // Of two who install at the same moment, one takes it over.
        expects: [connections.expectIdentityOnly(connection.id)],
        writes: [...writes, ...releaseOthers(deps, connection)],
      })
    : accept(connection, {
        expects: [connections.expectPresent(connection.id)],
        writes: [...writes, connections.takeOverOwnEndpoints(connection)],
      })
}

/**
 * The writes by which the endpoints of other people than a connection's owner belong to the
 * connection of its workspace that has no token; where there is none, and it is needed, it is made.
 */
export function releaseOthers(deps: InstallDeps, connection: Connection): Write[] {
  // What belongs to nobody in particular is everybody's.
  if (connection.subscriberId === null && connection.contextKeys.length === 0) return []
  const { environmentId, integrationId, workspaceId, workspaceName } = connection
  const fallback: Connection = {
    ...freshRow(deps, environmentId),
    integrationId,
    identifier: `chconn_${deps.random.identifier()}`,
    subscriberId: null,
    contextKeys: [],
    workspaceId,
    workspaceName,
    botUserId: null,
    origin: 'identity',
  }
  const auth = { accessToken: IDENTITY_ONLY }
  return deps.store.connections.releaseOthersEndpoints(connection, fallback, auth)
}

/**
 * The connection that an install replaces: the one of the name that was asked for, else the one of
 * the same owner, which is Novu's order; else the one without a token that latch made for the
 * workspace. That one is nobody's, so by name, too, it comes after the owner's own.
 */
async function findReplaced(
  { store: { connections } }: InstallDeps,
  { integrationId, identifier, owner, workspace: { workspaceId } }: Install,
): Promise<Connection | null> {
  const named = identifier === null ? null : await connections.find(integrationId, identifier)
  if (named !== null && named.origin !== 'identity') return named
  const own = await connections.findByOwner(integrationId, owner)
  if (own !== null || identifier !== null) return own ?? named
  return connections.findIdentityOnly(integrationId, workspaceId)
}
