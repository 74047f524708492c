import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import type { ClientCredentials, Identity, Provider } from '../../providers/provider.ts'
import type { StateClaims, StateVerification } from '../../secrets/state.ts'
import type { Connection } from '../../store/connections.ts'
import type { Integration } from '../../store/integrations.ts'
import { callbackUrl } from './callback-url.ts'
import { type CallbackResult, LinkOutcome, type Refusal } from './outcome.ts'
import type { CallbackQuery } from './query.ts'
import { storeIdentity } from './store-identity.ts'

/** How long outcomes are kept for callbacks that come again; far longer than a state lives. */
const REMEMBER_MS = 24 * 60 * 60 * 1000
/** Longer than any call to a provider: a claim with no outcome after this was cut off. */
const ABANDONED_AFTER_MS = 30_000
const WAIT_FOR_OUTCOME_MS = 15_000
const POLL_MS = 50

/**
 * Completes a link, once. In this order, so that nothing is spent on what cannot succeed: the
 * provider's error, the state, all that can be checked without the code, the claim, the code's
 * exchange, who it is, and one commit of identity and outcome (DESIGN.md, decisions 7 and 8).
 */
export async function completeLink(deps: Deps, query: CallbackQuery): Promise<CallbackResult> {
  const { code, state, error } = query
  if (error !== null) {
    return { kind: 'authorization_error', error, description: query.errorDescription }
  }
  if (!state) return { kind: 'state_missing' }
  if (!code) return { kind: 'code_missing' }

  const verified = await deps.states.verify(state, deps.clock())
  if (verified.kind === 'refused') return { kind: 'state_invalid', reason: verified.reason }
  const { claims } = verified
  // A reload of the last page, perhaps after the state's time: it is told what it was told before.
  const earlier = await deps.store.spentStates.find(claims.jti)
  if (earlier !== null) return awaitOutcome(deps, claims.jti)
  if (verified.kind === 'expired') return { kind: 'link_expired' }

  const target = await findTarget(deps, claims)
  if (target.kind !== 'found') return target
  if (!(await claim(deps, claims))) return awaitOutcome(deps, claims.jti)
  return exchange(deps, verified, target, code)
}

type Verified = Extract<StateVerification, { kind: 'valid' }>

type Target = {
  kind: 'found'
  integration: Integration
  provider: Provider
  credentials: ClientCredentials
  connection: Connection | null
}

/** Everything a link was made for, as it is now: five minutes are enough for it to be gone. */
async function findTarget(deps: Deps, claims: StateClaims): Promise<Target | Refusal> {
  const { store, providers } = deps
  const { environmentId, integrationId, subscriberId, connectionIdentifier } = claims
  if ((await store.environments.findById(environmentId)) === null) {
    return { kind: 'environment_gone', environmentId }
  }
  const integration = await store.integrations.findById(environmentId, integrationId)
  if (integration === null) return { kind: 'integration_gone', integrationId, environmentId }
  const provider = providers.get(integration.providerId)
  if (!provider) return { kind: 'provider_not_supported', providerId: integration.providerId }
  const { clientId, secretKey } = integration.credentials
  if (typeof clientId !== 'string' || typeof secretKey !== 'string' || !clientId || !secretKey) {
    return { kind: 'credentials_missing', provider: provider.title }
  }
  if ((await store.subscribers.find(environmentId, subscriberId)) === null) {
    return { kind: 'subscriber_gone', subscriberId }
  }
  const credentials = { clientId, clientSecret: secretKey }
  if (connectionIdentifier === null) {
    return { kind: 'found', integration, provider, credentials, connection: null }
  }
  const connection = await store.connections.find(integration.id, connectionIdentifier)
  if (connection === null) return { kind: 'connection_gone', identifier: connectionIdentifier }
  return { kind: 'found', integration, provider, credentials, connection }
}

function claim({ store, clock }: Deps, claims: StateClaims): Promise<boolean> {
  const { jti, environmentId } = claims
  const nowMs = clock()
  return store.spentStates.claim({ jti, environmentId, claimedAtMs: nowMs }, nowMs - REMEMBER_MS)
}

async function exchange(
  deps: Deps,
  { claims, proofs }: Verified,
  target: Target,
  code: string,
): Promise<LinkOutcome> {
  const { store, config, log } = deps
  const { provider, credentials } = target
  const answer = await provider.identify({
    credentials,
    code,
    redirectUri: callbackUrl(config),
    protocol: claims.protocol,
    codeVerifier: target.integration.credentials['pkce'] === true ? proofs.codeVerifier : null,
    nonce: proofs.nonce,
  })
  switch (answer.kind) {
    case 'identified':
      return settleIdentified(deps, claims, target, answer.identity)
    case 'refused': {
      const outcome = {
        kind: 'code_refused',
        provider: provider.name,
        error: answer.error,
      } as const
      await store.commit([store.spentStates.settle(claims.jti, outcome)])
      return outcome
    }
    case 'unavailable': {
      log.warn({ provider: provider.id, reason: answer.reason }, 'the provider did not answer')
      const outcome = { kind: 'provider_unavailable', provider: provider.name } as const
      const { settle, release } = store.spentStates
      // A code that was never sent is still good: the user's reload may use it.
      const write = answer.codeSent ? settle(claims.jti, outcome) : release(claims.jti)
      await store.commit([write])
      return outcome
    }
  }
}

async function settleIdentified(
  deps: Deps,
  claims: StateClaims,
  { integration, provider, connection }: Target,
  identity: Identity,
): Promise<LinkOutcome> {
  const { store } = deps
  if (connection !== null && connection.workspaceId !== identity.workspace.id) {
    const outcome = {
      kind: 'wrong_workspace',
      provider: provider.name,
      expected: connection.workspaceName ?? connection.workspaceId,
      actual: identity.workspace.name ?? identity.workspace.id,
    } as const
    await store.commit([store.spentStates.settle(claims.jti, outcome)])
    return outcome
  }
  const outcome = { kind: 'linked', provider: provider.name } as const
  await store.commit([
    ...storeIdentity(deps, claims, { integration, provider, identity }),
    store.spentStates.settle(claims.jti, outcome),
  ])
  return outcome
}

/**
 * What became of a link that another request is completing or has completed. Asked of the store and
 * not of memory, as that request may be another process's.
 */
async function awaitOutcome(deps: Deps, jti: string): Promise<CallbackResult> {
  const { store, clock, sleep } = deps
  const giveUpAtMs = clock() + WAIT_FOR_OUTCOME_MS
  for (;;) {
    const spent = await store.spentStates.find(jti)
    // Given back: the code was not sent, and the other request tells its user so.
    if (spent === null) return { kind: 'still_running' }
    if (Value.Check(LinkOutcome, spent.outcome)) return spent.outcome
    if (clock() - spent.claimedAtMs > ABANDONED_AFTER_MS) {
      const outcome = { kind: 'interrupted' } as const
      await store.commit([store.spentStates.settle(jti, outcome)])
      return outcome
    }
    if (clock() > giveUpAtMs) return { kind: 'still_running' }
    await sleep(POLL_MS)
  }
}
