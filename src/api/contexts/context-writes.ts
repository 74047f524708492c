import type { Deps } from '../../deps.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Write } from '../../store/writer/writes.ts'
import type { NamedContext } from './payload.ts'

/** The writes by which contexts exist, with the data that came; where none came, what is stored stays. */
export const contextWrites = (
  deps: Deps,
  environmentId: string,
  contexts: readonly NamedContext[],
): Write[] =>
  contexts.map(({ data, ...context }) => {
    const row = { ...freshRow(deps, environmentId), ...context, data: data ?? {} }
    return data === null
      ? deps.store.contexts.insertIfMissing(row)
      : deps.store.contexts.upsert(row)
  })
