import type { Deps } from '../../deps.ts'
import type { Provider } from '../../providers/provider.ts'
import type { StateClaims, StateVerification } from '../../secrets/state.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { Write } from '../../store/writer/writes.ts'

/** A link whose state is authentic, even if it has expired, and the records that it refers to. */
export type KnownLink = {
  linkId: string
  claims: StateClaims
  /** The subscriber; null if the link has none, or if they were deleted. */
  subscriber: Subscriber | null
  /** Null if it was deleted. */
  integration: Integration | null
  /** Undefined if the integration was deleted, or latch does not support its provider. */
  provider: Provider | undefined
}

/**
 * Null for a state that is not authentic: nothing is stored about those, and no provider is called.
 */
export async function findKnownLink(
  { store, providers }: Pick<Deps, 'store' | 'providers'>,
  verified: StateVerification | null,
): Promise<KnownLink | null> {
  if (verified === null || verified.kind === 'refused') return null
  const { claims, linkId } = verified
  const { environmentId, integrationId } = claims
  const integration = await store.integrations.findById(environmentId, integrationId)
  const provider = integration === null ? undefined : providers.get(integration.providerId)
  const subscriber = await findSubscriber(store, claims)
  return { linkId, claims, subscriber, integration, provider }
}

/**
 * Reads the subscriber again, before an event is recorded: an event must not name a subscriber who
 * was erased meanwhile.
 */
export const withSubscriberNow = async (
  { store }: Pick<Deps, 'store'>,
  link: KnownLink,
): Promise<KnownLink> => ({ ...link, subscriber: await findSubscriber(store, link.claims) })

/** Fails the commit if the link's subscriber no longer exists. */
export const expectSubscriber = (
  { store }: Pick<Deps, 'store'>,
  { subscriber }: KnownLink,
): readonly Write[] => (subscriber === null ? [] : [store.subscribers.expectPresent(subscriber.id)])

const findSubscriber = async (
  { subscribers }: Deps['store'],
  { environmentId, subscriberId }: StateClaims,
): Promise<Subscriber | null> =>
  subscriberId === null ? null : subscribers.find(environmentId, subscriberId)
