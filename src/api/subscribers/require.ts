import type { Deps } from '../../deps.ts'
import { notFound } from '../../http/api-error.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Write } from '../../store/writer/writes.ts'

/** What must be written for the subscriber to exist: nothing, or the subscriber. Throws 404. */
export async function requireSubscriber(
  deps: Deps,
  environmentId: string,
  subscriberId: string,
): Promise<Write[]> {
  const { store, config } = deps
  if ((await store.subscribers.find(environmentId, subscriberId)) !== null) return []
  if (!config.autoCreateSubscribers) {
    throw notFound('subscriber_not_found', `Subscriber not found: ${subscriberId}`)
  }
  const fresh = freshRow(deps, environmentId)
  return [store.subscribers.insertIfMissing({ ...fresh, subscriberId, profile: {} })]
}
