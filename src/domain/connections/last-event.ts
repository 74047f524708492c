import type { Deps } from '../../deps.ts'
import type { TokenHolder } from '../../store/connections/connection-tokens.ts'
import type { StoredEvent } from '../../store/events/read-events.ts'
import type { EventType } from '../events/registry.ts'

/** Events after which earlier problems of a connection's credentials no longer count. */
const NEW_CREDENTIALS: readonly EventType[] = ['connection.installed', 'connection.updated']

/**
 * A connection's last event of one of these types, unless its credentials were renewed since; null
 * if there is none. Used to record a problem once, not at every attempt.
 */
export async function lastEventOf(
  { store }: Pick<Deps, 'store'>,
  { environmentId, identifier }: Pick<TokenHolder, 'environmentId' | 'identifier'>,
  types: readonly EventType[],
): Promise<StoredEvent | null> {
  const subject = `connection:${identifier}`
  const filter = { environmentId, afterId: 0, subject, types: [...types, ...NEW_CREDENTIALS] }
  const [last = null] = await store.events.page(filter, 1, 'newest')
  return last !== null && types.some((type) => type === last.type) ? last : null
}
