import type { Deps } from '../../deps.ts'
import type { Provider } from '../../providers/provider.ts'
import type { StateClaims, StateVerification } from '../../secrets/state.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { Write } from '../../store/writer/writes.ts'

/** A link whose state latch has signed, however old it is, and what it was made for. */
export type KnownLink = {
  linkId: string
  claims: StateClaims
  /** Whom it is for. Null where it is for nobody in particular, and where they were deleted. */
  subscriber: Subscriber | null
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
  const integration = await store.integrations.findById(environmentId, integrationId)
  const provider = integration === null ? undefined : providers.get(integration.providerId)
  const subscriber = await findSubscriber(store, claims)
  return { linkId, claims, subscriber, integration, provider }
}

/**
 * The link with its subscriber as they are now, for an event: whoever follows the link of somebody who
 * was erased meanwhile must not bring them back among the events.
 */
export const withSubscriberNow = async (
  { store }: Pick<Deps, 'store'>,
  link: KnownLink,
): Promise<KnownLink> => ({ ...link, subscriber: await findSubscriber(store, link.claims) })

/** Fails the commit where the subscriber of a link is gone by then. */
export const expectSubscriber = (
  { store }: Pick<Deps, 'store'>,
  { subscriber }: KnownLink,
): readonly Write[] => (subscriber === null ? [] : [store.subscribers.expectPresent(subscriber.id)])

const findSubscriber = async (
  { subscribers }: Deps['store'],
  { environmentId, subscriberId }: StateClaims,
): Promise<Subscriber | null> =>
  subscriberId === null ? null : subscribers.find(environmentId, subscriberId)
