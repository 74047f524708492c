import type { Deps } from '../../deps.ts'
import * as subscribers from '../../domain/subscribers/require.ts'
import { notFound } from '../../http/api-error.ts'
import type { Write } from '../../store/writer/writes.ts'

/** Until all operations are decisions of the domain. Throws 404. */
export async function requireSubscriber(
  deps: Deps,
  environmentId: string,
  subscriberId: string,
): Promise<readonly Write[]> {
  const ready = await subscribers.requireSubscriber(deps, environmentId, subscriberId)
  if (ready.kind === 'subscriber_ready') return ready.writes
  throw notFound('subscriber_not_found', `Subscriber not found: ${subscriberId}`)
}
