import type { Deps } from '../../deps.ts'
import { renewedAuth } from '../../domain/connections/auth.ts'
import { readApp } from '../../domain/integrations/app.ts'
import { retryDelayMs } from '../../domain/retry-delay.ts'
import type { AdminConsent, App, InstallByCode } from '../../providers/provider.ts'
import type { TokenHolder } from '../../store/connections/connection-tokens.ts'

export type Refresh =
  /** New tokens, or a consent that is proven now. */
  | { kind: 'refreshed' }
  /** The tokens of this connection do not expire. */
  | { kind: 'not_rotating' }
  /** Somebody else is at it. */
  | { kind: 'in_progress' }
  | { kind: 'refused'; provider: string; error: string }
  | { kind: 'not_consented'; provider: string; problem: string }
  | { kind: 'unavailable'; provider: string }

/** Longer than one call to a provider takes, so that a lease ends only after a crash. */
const LEASE_MS = 30_000
/** What the provider refuses now it will mostly refuse again: a person must reconnect. */
const RETRY_REFUSED_MS = 60 * 60_000
const RETRY_UNAVAILABLE_MS = 30_000

/**
 * Sees to what a connection lives by: exchanges its refresh token for a new pair and stores that
 * before anybody can read it, or proves an administrator's consent. By one caller at a time over
 * all processes, as a refresh token is worth nothing afterwards
 * (https://github.com/slackapi/node-slack-sdk/issues/2504).
 */
export async function refreshTokens(deps: Deps, connectionId: string): Promise<Refresh> {
  const { store, clock } = deps
  const nowMs = clock()
  if (!(await store.connectionTokens.lease(connectionId, nowMs, nowMs + LEASE_MS))) {
    return { kind: 'in_progress' }
  }
  const holder = await store.connectionTokens.read(connectionId)
  const way = holder && (await findWay(deps, holder))
  if (holder && way?.connect.kind === 'admin_consent') {
    return proveConsent(deps, holder, { ...way, connect: way.connect })
  }
  if (holder?.auth.refreshToken !== undefined && way?.connect.kind === 'code') {
    return exchangeToken(deps, holder, holder.auth.refreshToken, { ...way, connect: way.connect })
  }
  await store.commit([store.connectionTokens.giveUp(connectionId, null)])
  return { kind: 'not_rotating' }
}

type Way<Connect> = { provider: string; connect: Connect; app: App }

/** How this connection was made, and by which app; null where that is no more. */
async function findWay(
  { store, providers }: Deps,
  { environmentId, integrationId }: TokenHolder,
): Promise<Way<InstallByCode | AdminConsent> | null> {
  const integration = await store.integrations.findById(environmentId, integrationId)
  const provider = integration && providers.get(integration.providerId)
  if (!integration || !provider?.connect) return null
  const { clientId, clientSecret, ...rest } = readApp(provider, integration.credentials)
  if (clientId === null || clientSecret === null) return null
  return {
    provider: provider.title,
    connect: provider.connect,
    app: { ...rest, clientId, clientSecret },
  }
}

async function exchangeToken(
  { store, clock }: Deps,
  { connectionId, auth }: TokenHolder,
  refreshToken: string,
  { provider, connect, app }: Way<InstallByCode>,
): Promise<Refresh> {
  const { connectionTokens } = store
  const outcome = await connect.refresh(app, refreshToken)
  if (outcome.kind === 'refreshed') {
    const renewed = renewedAuth(auth, refreshToken, outcome.tokens, clock())
    await store.commit([connectionTokens.renew(connectionId, renewed, clock())])
    return { kind: 'refreshed' }
  }
  const refused = outcome.kind === 'refused'
  const retryAtMs = clock() + (refused ? RETRY_REFUSED_MS : RETRY_UNAVAILABLE_MS)
  await store.commit([connectionTokens.giveUp(connectionId, retryAtMs)])
  return refused
    ? { kind: 'refused', provider, error: outcome.error }
    : { kind: 'unavailable', provider }
}

/** Only a token for that tenant proves it: the callback is a claim that anybody could make. */
async function proveConsent(
  { store, clock }: Deps,
  holder: TokenHolder,
  { provider, connect, app }: Way<AdminConsent>,
): Promise<Refresh> {
  const { connectionTokens } = store
  const proof = await connect.prove(app, holder.workspaceId)
  if (proof.kind === 'proven') {
    await store.commit([connectionTokens.confirmConsent(holder.connectionId, clock())])
    return { kind: 'refreshed' }
  }
  const retryAtMs = clock() + retryDelayMs(holder.consentAttempts ?? 0)
  const { problem } = proof
  await store.commit([connectionTokens.postponeConsent(holder, problem, retryAtMs)])
  return { kind: 'not_consented', provider, problem }
}
