import type { Deps } from '../../deps.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { Write } from '../../store/writer/writes.ts'

export type SubscriberNotFound = { kind: 'subscriber_not_found'; subscriberId: string }

/** A subscriber that exists once these writes are committed. */
export type SubscriberReady = {
  kind: 'subscriber_ready'
  writes: readonly Write[]
  /** The subscriber who was found; null where `writes` make them. */
  subscriber: Subscriber | null
}

/**
 * Sees to it that a subscriber exists. One that does not is refused, unless whoever asks, or the
 * operator by `LATCH_AUTO_CREATE_SUBSCRIBERS`, wants it made.
 */
export async function requireSubscriber(
  deps: Pick<Deps, 'store' | 'config' | 'random' | 'clock'>,
  environmentId: string,
  subscriberId: string,
  { createIfMissing = false }: { createIfMissing?: boolean } = {},
): Promise<SubscriberReady | SubscriberNotFound> {
  const { store, config } = deps
  const subscriber = await store.subscribers.find(environmentId, subscriberId)
  if (subscriber !== null) return { kind: 'subscriber_ready', writes: [], subscriber }
  if (!createIfMissing && !config.autoCreateSubscribers) {
    return { kind: 'subscriber_not_found', subscriberId }
  }
  const row = { ...freshRow(deps, environmentId), subscriberId, profile: {} }
  return {
    kind: 'subscriber_ready',
    writes: [store.subscribers.insertIfMissing(row)],
    subscriber: null,
  }
}
