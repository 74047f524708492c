import type { TObject } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../src/deps.ts'
import { EVENTS } from '../../src/domain/events/registry.ts'
import type { StoredEvent } from '../../src/store/events/read-events.ts'

/** Every event of every environment; none where the test has made the database unreadable. */
async function allEvents({ store }: Deps): Promise<StoredEvent[]> {
  try {
    const found: StoredEvent[] = []
    for (const { id: environmentId } of await store.environments.list()) {
      for (let afterId = 0; ; ) {
        const page = await store.events.page({ environmentId, afterId }, 1000)
        found.push(...page)
        if (page.length < 1000) break
        afterId = page.at(-1)?.id ?? 0
      }
    }
    return found
  } catch {
    return []
  }
}

const hasOnly = (schema: TObject, value: object): boolean =>
  Value.Check(schema, value) && Object.keys(value).every((name) => name in schema.properties)

/**
 * Holds every event that a test has caused against the schema of its type, and hands it to `check`,
 * which looks for secrets.
 */
export async function watchEvents(deps: Deps, check: (text: string) => void): Promise<void> {
  for (const { data, personal, ...event } of await allEvents(deps)) {
    const definition = EVENTS.get(event.type)
    const isDeclared =
      definition !== undefined &&
      hasOnly(definition.data, data) &&
      (personal === null || hasOnly(definition.personal, personal))
    if (!isDeclared) {
      process.exitCode = 1
      throw new Error(
        `an event is not as it is declared: ${JSON.stringify({ event, data, personal })}`,
      )
    }
    // The digests are random text, in which anything may be.
    const { digest: _, personalDigest: __, ...told } = event
    check(JSON.stringify({ ...told, data, personal }))
  }
}
