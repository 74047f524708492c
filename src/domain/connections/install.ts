import type { Deps } from '../../deps.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'
import type {
  Connection,
  ConnectionOwner,
  PendingConsent,
} from '../../store/connections/connection-rows.ts'
import type { Workspace } from '../../store/connections/connections.ts'
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
  const { connections, connectionApprovals } = deps.store
  const { environmentId, integrationId, owner, workspace, auth, pending } = install
  const existing = await findReplaced(deps, install)
  const isUnapproved = existing !== null && existing.adminProblem !== null
  // The endpoints of a connection are users in its workspace, and are meaningless in another. One that
  // waits for approval has none.
  if (existing !== null && !isUnapproved && existing.workspaceId !== workspace.workspaceId) {
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
      adminProblem: null,
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
  const isIdentityOnly = existing.origin === 'identity'
  const takesOver = isIdentityOnly || isUnapproved || (await isOwnerGone(deps, existing))
  const connection: Connection = {
    ...existing,
    ...workspace,
    ...(takesOver && ownedBy),
    origin: 'install',
    adminProblem: null,
    updatedAtMs: fresh.updatedAtMs,
  }
  const moved =
    takesOver && !isUnapproved
      ? await releaseOthers(deps, connection, cause)
      : await takeOverOwn(deps, connection, cause)
  return accept(
    { connection, replaced: existing },
    {
      expects: [
        // If two installations happen at the same moment, only one takes it over.
        ...(isIdentityOnly ? [connections.expectIdentityOnly(connection.id)] : []),
        ...(isUnapproved ? [connectionApprovals.expect(connection)] : []),
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
 * the owner's, as in Novu; otherwise one of the owner's that waits for approval; otherwise the
 * identity-only one of the workspace. A connection that belongs to nobody never takes precedence over
 * the owner's, even if the identifier names it.
 */
async function findReplaced(
  deps: InstallDeps,
  { integrationId, identifier, owner, workspace: { workspaceId } }: Install,
): Promise<Connection | null> {
  const { connections, connectionApprovals } = deps.store
  const named = identifier === null ? null : await connections.find(integrationId, identifier)
  if (named !== null && (await isOwned(deps, named))) return named
  const own = await connections.findByOwner(integrationId, owner)
  if (own !== null || identifier !== null) return own ?? named
  return (
    (await connectionApprovals.findOf(integrationId, owner)) ??
    (await connections.findIdentityOnly(integrationId, workspaceId))
  )
}

const isOwned = async (deps: InstallDeps, connection: Connection): Promise<boolean> =>
  connection.origin !== 'identity' &&
  connection.adminProblem === null &&
  !(await isOwnerGone(deps, connection))

/** Whether the subscriber to whom a connection belongs was deleted: it then belongs to nobody. */
const isOwnerGone = async (
  { store }: InstallDeps,
  { environmentId, subscriberId }: Connection,
): Promise<boolean> =>
  subscriberId !== null && (await store.subscribers.find(environmentId, subscriberId)) === null
