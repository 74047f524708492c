import type { Deps } from '../../deps.ts'
import type { Installation } from '../../providers/provider.ts'
import type { Proofs } from '../../secrets/proofs.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Connection } from '../../store/connections.ts'
import type { Write } from '../../store/writer.ts'
import { authOf } from '../connections/auth-of.ts'
import { callbackUrl } from './callback-url.ts'
import { type Settle, type Settlement, settleFailure } from './settlement.ts'
import { contextWrites, endpointWrite, freshRow } from './store-identity.ts'
import type { Target } from './target.ts'
import { wrongWorkspace } from './wrong-workspace.ts'

type ConnectClaims = Extract<StateClaims, { mode: 'connect' }>

/** Completes an install: a connection with its tokens, or an incoming webhook. */
export async function installApp(
  deps: Deps,
  { claims, proofs }: { claims: ConnectClaims; proofs: Proofs },
  target: Target,
  code: string,
): Promise<Settle> {
  const { provider, app } = target
  if (provider.connect === null) throw new Error(`${provider.id} cannot be connected`)
  const answer = await provider.connect.install({
    app,
    code,
    redirectUri: callbackUrl(deps.config),
    codeVerifier: proofs.codeVerifier,
  })
  if (answer.kind !== 'installed') return async () => settleFailure(deps, target, answer)
  const { installation } = answer
  const { webhookUrl } = installation
  return webhookUrl === null
    ? () => storeConnection(deps, claims, target, installation)
    : async () => storeWebhook(deps, claims, target, webhookUrl)
}

/**
 * Novu's order: the connection of the name that was asked for, else the one that is for the same
 * owner. latch then takes over one that it made when somebody linked before the install, so that
 * their endpoints stay true; else there is a new one.
 */
async function storeConnection(
  deps: Deps,
  claims: ConnectClaims,
  target: Target,
  installation: Installation,
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
  return {
    outcome: { kind: 'connected', provider: provider.name },
    writes: [...contextWrites(deps, claims), write(connection, auth), ...links],
    spent: true,
  }
}

function storeWebhook(
  deps: Deps,
  claims: ConnectClaims,
  { integration, provider }: Target,
  url: string,
): Settlement {
  // The route refuses the scope without a subscriber; Slack may grant what was not asked for.
  if (claims.subscriberId === null) {
    const error = 'an incoming webhook that was not asked for'
    return {
      outcome: { kind: 'code_refused', provider: provider.name, error },
      writes: [],
      spent: true,
    }
  }
  const webhook = deps.store.endpoints.insert({
    ...freshRow(deps, integration.environmentId),
    integrationId: integration.id,
    identifier: `chendp_${deps.random.identifier()}`,
    connectionIdentifier: null,
    subscriberId: claims.subscriberId,
    contextKeys: [...claims.contextKeys],
    type: 'webhook',
    endpoint: { url },
    reachAttempts: 0,
    reachNextAttemptAtMs: null,
    reachProblem: null,
  })
  return {
    outcome: { kind: 'connected', provider: provider.name },
    writes: [...contextWrites(deps, claims), webhook],
    spent: true,
  }
}
