import type { Deps } from '../../deps.ts'
import type { EndpointRow } from '../../store/endpoints/endpoints.ts'
import type { AttemptName, LinkAttempt } from '../../store/links/link-attempts.ts'
import { commit } from '../commit.ts'
import { type Actor, accept, type Decision } from '../decision.ts'
import { endpointEvent } from '../endpoints/event.ts'
import { outcomeOf } from './attempt.ts'
import type { KnownLink } from './known-link.ts'
import { expectSubscriber, withSubscriberNow } from './known-link.ts'
import { otherUnlinkedEvent } from './link-events.ts'

/** How long what an attempt has proven lets its browser unlink the other account. */
export const UNLINK_LIFETIME_MS = 10 * 60_000

/** Why the other account cannot be unlinked here: too late, or it was changed since. */
export type NotUnlinkable = { kind: 'not_unlinkable' }

/** It has been unlinked before. */
type UnlinkedOther = { kind: 'unlinked_other' }

type Unlinkable = {
  kind: 'unlinkable'
  attempt: LinkAttempt
  endpoint: Omit<EndpointRow, 'secretSealed'>
}

/**
 * Finds the endpoint of the other subscriber because of which an attempt was refused. Its user has just
 * proven at the provider that they are the chat user of it.
 */
export async function findUnlinkable(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  link: KnownLink,
  name: AttemptName,
): Promise<Unlinkable | NotUnlinkable | UnlinkedOther> {
  const attempt = await store.linkAttempts.find(name)
  const outcome = outcomeOf(attempt, link)
  if (outcome?.kind === 'unlinked_other') return outcome
  if (attempt === null || outcome?.kind !== 'linked_to_another_subscriber') {
    return { kind: 'not_unlinkable' }
  }
  if (clock() - attempt.claimedAtMs > UNLINK_LIFETIME_MS) return { kind: 'not_unlinkable' }
  const { environmentId, subscriberId } = link.claims
  const endpoint = await store.endpoints.find(environmentId, outcome.endpointIdentifier)
  // One that was changed after the sign-in may stand for another chat user now.
  const isProven =
    endpoint !== null &&
    endpoint.updatedAtMs < attempt.claimedAtMs &&
    endpoint.subscriberId !== subscriberId
  return isProven ? { kind: 'unlinkable', attempt, endpoint } : { kind: 'not_unlinkable' }
}

/**
 * Unlinks a chat user from the other subscriber, so that they can be linked by opening the link again.
 * Both subscribers have an event of it; the user is never told who the other one is.
 */
export async function unlinkOther(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  name: AttemptName,
): Promise<Decision<null, NotUnlinkable | UnlinkedOther>> {
  const { store } = deps
  return commit(deps, actor, async () => {
    const found = await findUnlinkable(deps, link, name)
    if (found.kind !== 'unlinkable') return found
    const { attempt, endpoint } = found
    const current = await withSubscriberNow(deps, link)
    return accept(null, {
      expects: [store.endpoints.expectValue(endpoint), ...expectSubscriber(deps, current)],
      writes: [
        store.endpoints.delete(endpoint.id),
        ...store.linkAttempts.replaceOutcome(attempt, { kind: 'unlinked_other' }),
      ],
      events: [
        endpointEvent('endpoint.deleted', endpoint, 'unlinked_by_user'),
        otherUnlinkedEvent(current, endpoint.identifier),
      ],
    })
  })
}
