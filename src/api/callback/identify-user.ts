import type { Deps } from '../../deps.ts'
import { contextsOfKeys, contextWrites } from '../../domain/contexts/payload.ts'
import type { Identity, Reach } from '../../providers/provider.ts'
import type { Proofs } from '../../secrets/proofs.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import type { Arrival } from './arrival.ts'
import { callbackUrl } from './callback-url.ts'
import { type Settle, settleFailure } from './settlement.ts'
import { endpointWrite, identityConnectionWrite } from './store-identity.ts'
import type { Target } from './target.ts'
import { wrongWorkspace } from './wrong-workspace.ts'

/** How long a user waits for their app to become able to reach them, at most. */
const REACH_WITHIN_MS = 5000

type LinkState = { claims: Extract<StateClaims, { mode: 'link_user' }>; proofs: Proofs }

/** Finds out who came back, and stores it for the subscriber that the link was made for. */
export async function identifyUser(
  deps: Deps,
  { claims, proofs }: LinkState,
  target: Target,
  arrival: Arrival,
): Promise<Settle> {
  const { provider, app, connection } = target
  if (arrival.kind !== 'code') throw new Error('nobody is identified without a code')
  const answer = await provider.identify({
    app,
    code: arrival.code,
    redirectUri: callbackUrl(deps.config),
    protocol: claims.protocol,
    codeVerifier: proofs.codeVerifier,
    nonce: proofs.nonce,
    workspaceId: connection?.workspaceId ?? null,
  })
  if (answer.kind !== 'identified') return async () => settleFailure(deps, target, answer)
  const { identity } = answer
  if (connection !== null && !isOf(identity, connection)) {
    return async () => wrongWorkspace(target, connection, identity.workspace)
  }
  const reach = await reachUser(deps, target, identity)
  const known = connection ?? (await organisationOf(deps, target, identity))
  const through =
    known === null
      ? ({ kind: 'workspace', workspaceId: identity.workspace.id } as const)
      : ({ kind: 'named', identifier: known.identifier } as const)
  return async () => ({
    outcome: { kind: 'linked', provider: provider.name, reach: reach.kind },
    spent: true,
    writes: [
      ...contextWrites(deps, claims.environmentId, contextsOfKeys(claims.contextKeys)),
      ...(known === null ? [identityConnectionWrite(deps, target, identity)] : []),
      endpointWrite(deps, target, { ...claims, identity, reach, through }),
    ],
  })
}

/** In the connection's workspace, or in one of its organisation, where all of that has the app (S14). */
const isOf = ({ workspace }: Identity, { workspaceId }: Connection): boolean =>
  workspaceId === workspace.id || workspaceId === workspace.enterpriseId

/** The connection of the whole organisation, where there is none of the workspace itself. */
async function organisationOf(
  { store }: Deps,
  { integration }: Target,
  { workspace }: Identity,
): Promise<Connection | null> {
  if (workspace.enterpriseId === undefined) return null
  const own = await store.connections.findOfWorkspace(integration.id, workspace.id)
  return own === null
    ? store.connections.findOfWorkspace(integration.id, workspace.enterpriseId)
    : null
}

/**
 * Whether the app can reach the user, if that is known soon: their identity must not wait for it,
 * and what is not done now is done in the background.
 */
async function reachUser(
  { sleep }: Deps,
  { provider, app }: Target,
  identity: Identity,
): Promise<Reach> {
  if (provider.reach === null) return { kind: 'reachable' }
  const late = sleep(REACH_WITHIN_MS).then(
    (): Reach => ({ kind: 'not_yet', problem: 'The provider takes long to answer' }),
  )
  return Promise.race([provider.reach(app, provider.endpointOf(identity)), late])
}
