import type { Config } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { Write } from '../../store/writer/writes.ts'
import type { Invalid } from '../shape.ts'
import { refuseSubscriberId } from './shape.ts'

export type SubscriberNotFound = { kind: 'subscriber_not_found'; subscriberId: string }

/** A subscriber that exists once these writes are committed. */
export type SubscriberReady = {
  kind: 'subscriber_ready'
  writes: readonly Write[]
  /** The existing subscriber; null if `writes` create them. */
  subscriber: Subscriber | null
}

type RequireDeps = Pick<Deps, 'store' | 'random' | 'clock'> & {
  config: Pick<Config, 'autoCreateSubscribers'>
}
type Required = SubscriberReady | SubscriberNotFound | Invalid

/**
 * Finds a subscriber. If missing, refuses, unless the caller or the operator
 * (`LATCH_AUTO_CREATE_SUBSCRIBERS`) wants the subscriber created, whose id must then be valid.
 * Returns without a promise if the row is cached, as it usually is when links are created.
 */
export function requireSubscriber(
  deps: RequireDeps,
  environmentId: string,
  subscriberId: string,
  { createIfMissing = false }: { createIfMissing?: boolean } = {},
): Required | Promise<Required> {
  const decide = (subscriber: Subscriber | null): Required => {
    if (subscriber !== null) return { kind: 'subscriber_ready', writes: [], subscriber }
    if (!createIfMissing && !deps.config.autoCreateSubscribers) {
      return { kind: 'subscriber_not_found', subscriberId }
    }
    const unfit = refuseSubscriberId(subscriberId)
    if (unfit !== null) return unfit
    const row = { ...freshRow(deps, environmentId), subscriberId, profile: {} }
    const writes = [deps.store.subscribers.insertIfMissing(row)]
    return { kind: 'subscriber_ready', writes, subscriber: null }
  }
  const found = deps.store.subscribers.find(environmentId, subscriberId)
  return found instanceof Promise ? found.then(decide) : decide(found)
}
