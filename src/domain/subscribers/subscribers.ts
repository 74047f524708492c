import type { Deps } from '../../deps.ts'
import { freshRow, type RowTimes } from '../../store/fresh-row.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { Write } from '../../store/writer/writes.ts'
import type { CommitDeps } from '../commit.ts'
import { type Actor, accept, type Decision } from '../decision.ts'
import { type DependentCounts, removeMostDependents, removeWith } from '../dependents.ts'
import type { Invalid } from '../shape.ts'
import type { SubscriberNotFound } from './require.ts'
import {
  profileOf,
  type SubscriberInput,
  type SubscriberProfile,
  subscriberShape,
} from './shape.ts'

type SubscriberDeps = Pick<Deps, 'store' | 'random' | 'clock'>

export type SubscriberExists = { kind: 'subscriber_exists'; existing: Subscriber }

export type UpsertOptions = {
  /** Refuse an existing subscriber, instead of updating them. */
  failIfExists?: boolean
  times?: RowTimes | undefined
}

/** Creates a subscriber, or updates the given fields of the existing one. */
export async function upsertSubscriber(
  deps: SubscriberDeps,
  environmentId: string,
  given: SubscriberInput,
  { failIfExists = false, times }: UpsertOptions = {},
): Promise<Decision<Subscriber, SubscriberExists>> {
  const { subscribers } = deps.store
  const existing = await subscribers.find(environmentId, given.subscriberId.trim())
  if (existing !== null && failIfExists) return { kind: 'subscriber_exists', existing }
  const { subscriber, sent } = mergeOrCreate(deps, environmentId, existing, given, times)
  const write = failIfExists ? subscribers.insert(subscriber) : subscribers.upsert(subscriber, sent)
  return accept(subscriber, { writes: [write] })
}

/** The outcome for each subscriber of a bulk request. */
export type BulkOutcome = {
  created: readonly string[]
  updated: readonly string[]
  failed: readonly { subscriberId: string | null; reason: Invalid }[]
}

/**
 * Upserts many subscribers in one commit. An invalid one is reported, and the others are stored;
 * one that appears twice is created and then updated, as in Novu.
 */
export async function upsertSubscribers(
  deps: SubscriberDeps,
  environmentId: string,
  given: readonly unknown[],
): Promise<Decision<BulkOutcome>> {
  const { subscribers } = deps.store
  const created = new Set<string>()
  const updated: string[] = []
  const failed: { subscriberId: string | null; reason: Invalid }[] = []
  const writes: Write[] = []
  for (const one of given) {
    const read = subscriberShape.read(one)
    if (read.kind === 'invalid') {
      failed.push({ subscriberId: subscriberIdOf(one), reason: read })
      continue
    }
    const existing = await subscribers.find(environmentId, read.value.subscriberId.trim())
    const { subscriber, sent } = mergeOrCreate(deps, environmentId, existing, read.value)
    const { subscriberId } = subscriber
    if (existing === null && !created.has(subscriberId)) created.add(subscriberId)
    else updated.push(subscriberId)
    writes.push(subscribers.upsert(subscriber, sent))
  }
  return accept({ created: [...created], updated, failed }, { writes })
}

/** Updates the given fields, and leaves the others. */
export async function updateSubscriber(
  { store, clock }: SubscriberDeps,
  environmentId: string,
  subscriberId: string,
  given: SubscriberProfile,
): Promise<Decision<Subscriber, SubscriberNotFound>> {
  const found = await store.subscribers.find(environmentId, subscriberId)
  if (found === null) return { kind: 'subscriber_not_found', subscriberId }
  const sent = profileOf(given)
  const subscriber = withMergedProfile(found, sent, clock())
  return accept(subscriber, {
    // Otherwise the upsert would recreate a subscriber who was deleted meanwhile.
    expects: [store.subscribers.expectPresent(found.id)],
    writes: [store.subscribers.upsert(subscriber, sent)],
  })
}

/**
 * Deletes a subscriber and their endpoints. `before`: how many of those `removeMostOfSubscriber` has
 * deleted already.
 */
export async function deleteSubscriber(
  { store }: SubscriberDeps,
  environmentId: string,
  subscriberId: string,
  before: DependentCounts = { endpoints: 0, connections: 0 },
): Promise<Decision<null, SubscriberNotFound>> {
  const found = await store.subscribers.find(environmentId, subscriberId)
  if (found === null) return { kind: 'subscriber_not_found', subscriberId }
  const parent = { environmentId, subscriberId }
  const removed = await removeWith({ store }, parent, 'subscriber_deleted', before)
  const { endpoints } = removed.counts
  return accept(null, {
    // If they are deleted twice at the same moment, only one event may be recorded.
    expects: [store.subscribers.expectPresent(found.id), ...removed.expects],
    writes: [store.subscribers.delete(found.id)],
    events: [
      ...removed.events,
      {
        type: 'subscriber.deleted',
        environmentId,
        subjectId: found.id,
        subscriberId,
        data: { endpoints },
      },
    ],
  })
}

/** Deletes all but the last 500 endpoints of a subscriber, in several commits. */
export const removeMostOfSubscriber = (
  deps: CommitDeps,
  actor: Actor,
  environmentId: string,
  subscriberId: string,
): Promise<DependentCounts> =>
  removeMostDependents(deps, actor, { environmentId, subscriberId }, 'subscriber_deleted')

/** Merges the given profile into the stored subscriber, or creates a new one. */
function mergeOrCreate(
  deps: SubscriberDeps,
  environmentId: string,
  existing: Subscriber | null,
  given: SubscriberInput,
  times?: RowTimes,
): { subscriber: Subscriber; sent: Record<string, unknown> } {
  const sent = profileOf(given)
  if (existing !== null) {
    return {
      subscriber: withMergedProfile(existing, sent, times?.updatedAtMs ?? deps.clock()),
      sent,
    }
  }
  const subscriberId = given.subscriberId.trim()
  const fresh = freshRow(deps, environmentId, times)
  return { subscriber: { ...fresh, subscriberId, profile: sent }, sent }
}

const withMergedProfile = (
  stored: Subscriber,
  sent: Readonly<Record<string, unknown>>,
  updatedAtMs: number,
): Subscriber => ({ ...stored, profile: { ...stored.profile, ...sent }, updatedAtMs })

const subscriberIdOf = (given: unknown): string | null =>
  typeof given === 'object' &&
  given !== null &&
  'subscriberId' in given &&
  typeof given.subscriberId === 'string'
    ? given.subscriberId
    : null
