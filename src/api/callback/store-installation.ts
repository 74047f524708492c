import type { Deps } from '../../deps.ts'
import { contextsOfKeys, contextWrites } from '../../domain/contexts/payload.ts'
import type { Installation } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Connection, PendingConsent } from '../../store/connections/connection-rows.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Write } from '../../store/writer/writes.ts'
import { authOf } from '../connections/auth-of.ts'
import { signUserLink } from '../links/sign-link.ts'
import type { Settlement } from './settlement.ts'
import { endpointWrite } from './store-identity.ts'
import type { Target } from './target.ts'
import { wrongWorkspace } from './wrong-workspace.ts'

type ConnectClaims = Extract<StateClaims, { mode: 'connect' }>

/**
 * Novu's order: the connection of the name that was asked for, else the one that is for the same
 * owner. latch then takes over one that it made when somebody linked before the install, so that
 * their endpoints stay true; else there is a new one.
 */
export async function storeInstallation(
  deps: Deps,
  claims: ConnectClaims,
  target: Target,
  { installation, pending }: { installation: Installation; pending: PendingConsent | null },
): Promise<Settlement> {
  const { integration, provider } = target
  const { connections } = deps.store
  const { workspace, userId } = installation
  const owner = {
    subscriberId: claims.shared ? null : claims.subscriberId,
    contextKeys: [...claims.contextKeys],
  }
  const named =
    claims.connectionIdentifier === null
      ? null
      : await connections.find(integration.id, claims.connectionIdentifier)
  const existing =
    named ??
    (await connections.findByOwner(integration.id, owner)) ??
    (claims.connectionIdentifier === null
      ? await connections.findIdentityOnly(integration.id, workspace.id)
      : null)
  // Its endpoints are people of that workspace: with another they would be nobody.
  if (existing !== null && existing.workspaceId !== workspace.id) {
    return wrongWorkspace(target, existing, workspace)
  }

  const fresh = freshRow(deps, integration.environmentId)
  const connection: Connection = {
    ...(existing ?? {
      ...fresh,
      ...owner,
      integrationId: integration.id,
      identifier: claims.connectionIdentifier ?? `chconn_${deps.random.identifier()}`,
      origin: 'install',
    }),
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    botUserId: installation.botUserId,
    updatedAtMs: fresh.updatedAtMs,
  }
  const auth = authOf(installation.tokens, fresh.updatedAtMs)
  const write = existing === null ? connections.insert : connections.install
  const identity = userId === null ? null : { userId, workspace }
  const links: Write[] =
    claims.autoLinkUser && claims.subscriberId !== null && identity !== null
      ? [
          endpointWrite(deps, target, {
            subscriberId: claims.subscriberId,
            contextKeys: claims.contextKeys,
            identity,
            reach: { kind: 'reachable' },
            through: { kind: 'named', identifier: connection.identifier },
          }),
        ]
      : []
  // A consent says nothing of who gave it: they are sent on to say so themselves.
  const chained =
    claims.autoLinkUser &&
    claims.subscriberId !== null &&
    provider.connect?.kind === 'admin_consent'
      ? signUserLink(deps, {
          ...target,
          subscriberId: claims.subscriberId,
          connection,
          contextKeys: claims.contextKeys,
          userScope: null,
        })
      : null
  return {
    outcome: {
      kind: 'connected',
      provider: provider.name,
      ...(pending !== null && { problem: pending.problem }),
    },
    writes: [
      ...contextWrites(deps, claims.environmentId, contextsOfKeys(claims.contextKeys)),
      write(connection, auth, pending),
      ...links,
    ],
    spent: true,
    ...(chained !== null && { next: chained }),
  }
}
