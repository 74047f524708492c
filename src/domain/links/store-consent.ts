import type { Deps } from '../../deps.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { Install } from '../connections/install.ts'
import { storeUnapproved } from '../connections/unapproved.ts'
import { contextsOfKeys, contextWrites } from '../contexts/payload.ts'
import { accept } from '../decision.ts'
import type { ConnectClaims, LinkDecision } from './outcome.ts'
import type { LinkTarget } from './target.ts'

/**
 * The outcome of a consent without proof. It fails, so that the link stays valid for an administrator,
 * and yet an operator can approve what was asked for.
 */
export async function storeForApproval(
  deps: Deps,
  { provider }: LinkTarget,
  {
    claims,
    install,
    adminProblem,
  }: { claims: ConnectClaims; install: Install; adminProblem: string },
): Promise<LinkDecision> {
  const stored = await storeUnapproved(deps, install, adminProblem)
  const failed = {
    kind: 'admin_not_proven',
    provider: provider.name,
    problem: adminProblem,
  } as const
  if (stored.kind === 'occupied') return { ...failed, canBeApproved: false }
  const { change } = stored
  const contexts = contextWrites(deps, claims.environmentId, contextsOfKeys(claims.contextKeys))
  return accept(
    { outcome: { ...failed, canBeApproved: true } },
    { ...change, writes: [...contexts, ...change.writes] },
  )
}

const MAX_TOLD_OWNERS = 10

/**
 * Connections of other owners in a tenant that an administrator has connected. Each owner has a
 * connection of their own, so nobody is locked out, but they are told of each other.
 */
export async function otherOwners(
  { store }: Pick<Deps, 'store'>,
  { provider }: LinkTarget,
  connection: Connection,
): Promise<Connection[]> {
  if (provider.connect?.kind !== 'admin_consent') return []
  const others = await store.connectionApprovals.listOwned(connection, connection, MAX_TOLD_OWNERS)
  const isThere = await Promise.all(
    others.map(
      async ({ environmentId, subscriberId }) =>
        subscriberId === null ||
        (await store.subscribers.find(environmentId, subscriberId)) !== null,
    ),
  )
  return others.filter((_, index) => isThere[index])
}
