import type { Deps } from '../../deps.ts'
import type { StoredEvent } from '../../store/events/read-events.ts'
import { commit } from '../commit.ts'
import { type Actor, accept } from '../decision.ts'
import type { DomainEvent } from '../events/registry.ts'
import { type LinkFailure, providerError, reasonOf } from './explanations.ts'
import { expectSubscriber, type KnownLink, withSubscriberNow } from './known-link.ts'

const MAX_FAILURES = 10

const aboutLink = ({ linkId, claims, subscriber }: KnownLink) => ({
  environmentId: claims.environmentId,
  subjectId: linkId,
  linkId,
  subscriberId: subscriber?.subscriberId ?? null,
})

const dataOf = ({ claims }: KnownLink) => ({
  integrationId: claims.integrationId,
  mode: claims.mode,
  contextKeys: [...claims.contextKeys],
})

const failedEvent = (link: KnownLink, failure: LinkFailure): DomainEvent => ({
  ...aboutLink(link),
  type: 'link.failed',
  reason: reasonOf(failure),
  data: {
    ...dataOf(link),
    connectionIdentifier: link.claims.connectionIdentifier,
    providerError: providerError(failure, link.provider),
    ...(failure.kind === 'linked_to_another_subscriber' && {
      endpointIdentifier: failure.endpointIdentifier,
    }),
  },
  personal: failure.kind === 'wrong_workspace' ? { workspace: failure.actual } : null,
})

/** The event for the link's own subscriber; the other one's is that of the endpoint. */
export const otherUnlinkedEvent = (link: KnownLink, endpointIdentifier: string): DomainEvent => ({
  ...aboutLink(link),
  type: 'link.other_unlinked',
  data: { ...dataOf(link), endpointIdentifier },
})

/** The event of a failed attempt; none if the link has one of that reason, or as many as it may have. */
export async function newFailureEvents(
  deps: Pick<Deps, 'store'>,
  link: KnownLink,
  failure: LinkFailure,
): Promise<readonly DomainEvent[]> {
  const earlier = await findEarlier(deps, link, failure)
  return earlier === null ? [failedEvent(link, failure)] : []
}

async function findEarlier(
  { store }: Pick<Deps, 'store'>,
  { claims, linkId }: KnownLink,
  failure: LinkFailure,
): Promise<StoredEvent | null> {
  const events = await store.events.ofLink(claims.environmentId, linkId)
  const failures = events.filter(({ type }) => type === 'link.failed')
  const reason = reasonOf(failure)
  return failures.find((event) => event.reason === reason) ?? failures[MAX_FAILURES - 1] ?? null
}

/**
 * Records a failed attempt that stored nothing else, unless the link already has an event with the
 * same reason: following a link repeatedly writes nothing more. Returns the id of the request that
 * recorded the failure: this one, or the first with that reason.
 */
export async function recordFailure(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  failure: LinkFailure,
): Promise<string> {
  if (failure.kind === 'still_running') return actor.id
  const earlier = await findEarlier(deps, link, failure)
  if (earlier !== null) return requestIdOf(earlier)
  await record(deps, actor, link, (current) => failedEvent(current, failure))
  return actor.id
}

/** Records the first time that a link is opened at latch's own page. */
export async function recordOpening(deps: Deps, actor: Actor, link: KnownLink): Promise<void> {
  const events = await deps.store.events.ofLink(link.claims.environmentId, link.linkId)
  if (events.some(({ type }) => type === 'link.opened')) return
  await record(deps, actor, link, (current) => ({
    ...aboutLink(current),
    type: 'link.opened',
    data: dataOf(current),
  }))
}

async function record(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  eventOf: (current: KnownLink) => DomainEvent,
): Promise<void> {
  await commit(deps, actor, async () => {
    const current = await withSubscriberNow(deps, link)
    return accept(null, { expects: expectSubscriber(deps, current), events: [eventOf(current)] })
  })
}

/** The id of the request that caused an event. */
export const requestIdOf = ({ actor }: Pick<StoredEvent, 'actor'>): string =>
  actor.slice(actor.indexOf(':') + 1)
