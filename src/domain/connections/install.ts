import type { Deps } from '../../deps.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'
import type { Connection, PendingConsent } from '../../store/connections/connection-rows.ts'
import type { ConnectionOwner, Workspace } from '../../store/connections/connections.ts'
import { freshRow } from '../../store/fresh-row.ts'
import { accept, type Decision } from '../decision.ts'
import { releaseOthers, takeOverOwn } from './move-endpoints.ts'

type InstallDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** The result of an installation or of an administrator's consent. */
export type Install = {
  environmentId: string
  integrationId: string
  /** The requested connection, which need not exist; null for any that fits. */
  identifier: string | null
  /** The owner: a subscriber, or everyone in a context. */
  owner: ConnectionOwner
  workspace: Workspace
  auth: ConnectionAuth
  pending: PendingConsent | null
  linkId: string
}

/** The connection to be replaced belongs to a different workspace. */
export type OtherWorkspace = { kind: 'other_workspace'; existing: Connection }

/** The connection as it is now, and as it was before; null if there was none. */
export type Installed = { connection: Connection; replaced: Connection | null }

/**
 * Stores the connection that an installation creates or updates. It belongs to the installer, even
 * if latch had created it before as identity-only, when a user linked from that workspace. In that
 * case it keeps only its owner's endpoints: those of other subscribers move to another
 * identity-only connection of the workspace, so that installing or deleting this one does not
 * affect them.
 */
export async function installConnection(
  deps: InstallDeps,
  install: Install,
): Promise<Decision<Installed, OtherWorkspace>> {
  const { connections } = deps.store
  const { environmentId, integrationId, owner, workspace, auth, pending } = install
  const existing = await findReplaced(deps, install)
  // The endpoints of a connection are users in its workspace, and are meaningless in another.
  if (existing !== null && existing.workspaceId !== workspace.workspaceId) {
    return { kind: 'other_workspace', existing }
  }
  const fresh = freshRow(deps, environmentId)
  const cause = { reason: 'connection_installed', linkId: install.linkId } as const
  const ownedBy = { subscriberId: owner.subscriberId, contextKeys: [...owner.contextKeys] }
  if (existing === null) {
    const identifier = install.identifier ?? `chconn_${deps.random.identifier()}`
    const connection: Connection = {
      ...fresh,
      ...workspace,
      ...ownedBy,
      integrationId,
      identifier,
      origin: 'install',
    }
    const taken = await takeOverOwn(deps, connection, cause)
    return accept(
      { connection, replaced: null },
      {
        ...taken,
        writes: [...connections.insert(connection, auth, pending), ...taken.writes],
      },
    )
  }
  const takesOver = existing.origin === 'identity'
  const connection: Connection = {
    ...existing,
    ...workspace,
    ...(takesOver && ownedBy),
    origin: 'install',
    updatedAtMs: fresh.updatedAtMs,
  }
  const moved = takesOver
    ? await releaseOthers(deps, connection, cause)
    : await takeOverOwn(deps, connection, cause)
  return accept(
    { connection, replaced: existing },
    {
      expects: [
        // If two installations happen at the same moment, only one takes it over.
        ...(takesOver ? [connections.expectIdentityOnly(connection.id)] : []),
        connections.expectSame(existing),
        ...moved.expects,
      ],
      writes: [...connections.install(connection, auth, pending), ...moved.writes],
      events: moved.events,
    },
  )
}

/**
 * The connection that an installation replaces: the one with the requested identifier, otherwise
 * the owner's, as in Novu; otherwise the identity-only one of the workspace. An identity-only
 * connection belongs to nobody, so the owner's takes precedence even if the identifier names the
 * former.
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
