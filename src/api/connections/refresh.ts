import type { Deps } from '../../deps.ts'
import type { RefreshOutcome } from '../../providers/provider.ts'
import type { ConnectionAuth } from '../../store/connection-auth.ts'
import type { TokenHolder } from '../../store/connection-tokens.ts'
import { readApp } from '../integrations/app.ts'
import { authOf } from './auth-of.ts'

export type Refresh =
  | { kind: 'refreshed' }
  /** The tokens of this connection do not expire. */
  | { kind: 'not_rotating' }
  /** Somebody else is at it. */
  | { kind: 'in_progress' }
  | { kind: 'refused'; provider: string; error: string }
  | { kind: 'unavailable'; provider: string }

/** Longer than one call to a provider takes, so that a lease ends only after a crash. */
const LEASE_MS = 30_000
/** What the provider refuses now it will mostly refuse again: a person must reconnect. */
const RETRY_REFUSED_MS = 60 * 60_000
const RETRY_UNAVAILABLE_MS = 30_000

/**
 * Exchanges a connection's refresh token for a new pair and stores it before anybody can read it:
 * by one caller at a time over all processes, as the old one is worth nothing afterwards (S11, P5).
 */
export async function refreshTokens(deps: Deps, connectionId: string): Promise<Refresh> {
  const { store, clock } = deps
  const { connectionTokens } = store
  const nowMs = clock()
  if (!(await connectionTokens.lease(connectionId, nowMs, nowMs + LEASE_MS))) {
    return { kind: 'in_progress' }
  }
  const holder = await connectionTokens.read(connectionId)
  const refreshing = holder && (await refresher(deps, holder))
  if (!holder || !refreshing) {
    await store.commit([connectionTokens.giveUp(connectionId, null)])
    return { kind: 'not_rotating' }
  }
  const outcome = await refreshing.refresh()
  if (outcome.kind === 'refreshed') {
    // A provider that keeps the refresh token, or says no lifetime, leaves them as they were.
    const auth: ConnectionAuth = { ...holder.auth, ...authOf(outcome.tokens, clock()) }
    await store.commit([connectionTokens.renew(connectionId, auth, clock())])
    return { kind: 'refreshed' }
  }
  const { provider } = refreshing
  if (outcome.kind === 'refused') {
    const retryAtMs = clock() + RETRY_REFUSED_MS
    await store.commit([connectionTokens.giveUp(connectionId, retryAtMs)])
    return { kind: 'refused', provider, error: outcome.error }
  }
  await store.commit([connectionTokens.giveUp(connectionId, clock() + RETRY_UNAVAILABLE_MS)])
  return { kind: 'unavailable', provider }
}

/** How this connection's tokens are refreshed; null where they are not. */
async function refresher(
  { store, providers }: Deps,
  { environmentId, integrationId, auth }: TokenHolder,
): Promise<{ provider: string; refresh(): Promise<RefreshOutcome> } | null> {
  const { refreshToken } = auth
  if (refreshToken === undefined) return null
  const integration = await store.integrations.findById(environmentId, integrationId)
  const provider = integration && providers.get(integration.providerId)
  const { clientId, clientSecret, ...rest } = readApp(integration?.credentials ?? {})
  if (!provider?.connect || clientId === null || clientSecret === null) return null
  const { connect, title } = provider
  const app = { ...rest, clientId, clientSecret }
  return { provider: title, refresh: () => connect.refresh(app, refreshToken) }
}
