import type { Deps } from '../../deps.ts'
import { contextsOfKeys, contextWrites } from '../../domain/contexts/payload.ts'
import type { Installation } from '../../providers/provider.ts'
import type { Proofs } from '../../secrets/proofs.ts'
import type { StateClaims } from '../../secrets/state.ts'
import { freshRow } from '../../store/fresh-row.ts'
import { reachDelayMs } from '../endpoints/reach.ts'
import type { Arrival } from './arrival.ts'
import { callbackUrl } from './callback-url.ts'
import { type Settle, type Settlement, settleFailure } from './settlement.ts'
import { storeInstallation } from './store-installation.ts'
import type { Target } from './target.ts'

export type ConnectState = { claims: Extract<StateClaims, { mode: 'connect' }>; proofs: Proofs }

/** Novu's, for a connection whose app needs no token of the tenant's. */
const APP_ONLY = { accessToken: 'app-only', rotation: null }

/** Completes what brings an app into a workspace: a connection, or an incoming webhook. */
export async function connectWorkspace(
  deps: Deps,
  state: ConnectState,
  target: Target,
  arrival: Arrival,
): Promise<Settle> {
  const { connect } = target.provider
  if (connect?.kind === 'code' && arrival.kind === 'code') {
    return install(deps, state, target, arrival.code)
  }
  if (connect?.kind === 'admin_consent' && arrival.kind === 'consent') {
    const proof = await connect.prove(target.app, arrival.tenantId)
    const pending =
      proof.kind === 'proven'
        ? null
        : { problem: proof.problem, nextAttemptAtMs: deps.clock() + reachDelayMs(0) }
    const installation: Installation = {
      workspace: { id: arrival.tenantId, name: null },
      tokens: APP_ONLY,
      userId: null,
      botUserId: null,
      webhookUrl: null,
    }
    return () => storeInstallation(deps, state.claims, target, { installation, pending })
  }
  throw new Error(`${target.provider.id} cannot be connected by ${arrival.kind}`)
}

async function install(
  deps: Deps,
  { claims, proofs }: ConnectState,
  target: Target,
  code: string,
): Promise<Settle> {
  const { provider, app } = target
  if (provider.connect?.kind !== 'code') throw new Error(`${provider.id} takes no code`)
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
    ? () => storeInstallation(deps, claims, target, { installation, pending: null })
    : async () => storeWebhook(deps, claims, target, webhookUrl)
}

function storeWebhook(
  deps: Deps,
  claims: ConnectState['claims'],
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
    kind: 'destination',
    endpoint: { url },
    reachAttempts: 0,
    reachNextAttemptAtMs: null,
    reachProblem: null,
  })
  return {
    outcome: { kind: 'connected', provider: provider.name },
    writes: [
      ...contextWrites(deps, claims.environmentId, contextsOfKeys(claims.contextKeys)),
      webhook,
    ],
    spent: true,
  }
}
