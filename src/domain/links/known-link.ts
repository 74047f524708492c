import type { Deps } from '../../deps.ts'
import type { Provider } from '../../providers/provider.ts'
import type { StateClaims, StateVerification } from '../../secrets/state.ts'
import type { Integration } from '../../store/integrations/integrations.ts'

/** A link whose state latch has signed, however old it is, and what it was made for. */
export type KnownLink = {
  linkId: string
  claims: StateClaims
  /**
   * Whom it is for. Null where it is for nobody in particular, and where they were deleted: whoever
   * follows the link of somebody who was erased must not bring them back among the events.
   */
  subscriberId: string | null
  /** Null where it was deleted. */
  integration: Integration | null
  /** Undefined where the integration was deleted, or its provider is not known. */
  provider: Provider | undefined
}

/** Null for a state that is not latch's own: nothing is stored of those, and nobody is asked. */
export async function findKnownLink(
  { store, providers }: Pick<Deps, 'store' | 'providers'>,
  verified: StateVerification | null,
): Promise<KnownLink | null> {
  if (verified === null || verified.kind === 'refused') return null
  const { claims, linkId } = verified
  const { environmentId, integrationId } = claims
  const subscriber =
    claims.subscriberId === null
      ? null
      : await store.subscribers.find(environmentId, claims.subscriberId)
  const integration = await store.integrations.findById(environmentId, integrationId)
  const provider = integration === null ? undefined : providers.get(integration.providerId)
  return { linkId, claims, subscriberId: subscriber?.subscriberId ?? null, integration, provider }
}
