import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import type { Context } from '../../store/contexts/contexts.ts'
import { freshRow, type RowTimes } from '../../store/fresh-row.ts'
import { accept, type Decision } from '../decision.ts'
import { createShape, type Invalid } from '../shape.ts'
import { ContextData, contextTypeOrId, refuseLargeData } from './payload.ts'

type ContextDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** A context's type and id, which together identify it within an environment. */
export type ContextName = { type: string; id: string }

/** A context to be created. */
export const NewContext = Type.Object(
  {
    type: contextTypeOrId('tenant'),
    id: contextTypeOrId('org-acme'),
    data: Type.Optional(ContextData),
  },
  { additionalProperties: true },
)
export type NewContext = Static<typeof NewContext>
export const contextShape = createShape(NewContext)

export type ContextNotFound = { kind: 'context_not_found' }
export type ContextExists = { kind: 'context_exists'; existing: Context }

export const contextKey = ({ type, id }: ContextName): string => `${type}:${id}`

/** Creates a context. Refuses one that already exists, and data that is too large. */
export async function createContext(
  deps: ContextDeps,
  environmentId: string,
  { type, id, data = {} }: NewContext,
  times?: RowTimes,
): Promise<Decision<Context, ContextExists | Invalid>> {
  const tooLarge = refuseLargeData(type, data)
  if (tooLarge !== null) return tooLarge
  const key = contextKey({ type, id })
  const existing = await deps.store.contexts.find(environmentId, key)
  if (existing !== null) return { kind: 'context_exists', existing }
  const context = { ...freshRow(deps, environmentId, times), key, type, contextId: id, data }
  return accept(context, { writes: [deps.store.contexts.insert(context)] })
}

/** Replaces a context's data. */
export async function updateContext(
  { store, clock }: ContextDeps,
  environmentId: string,
  name: ContextName,
  data: ContextData,
): Promise<Decision<Context, ContextNotFound | Invalid>> {
  const found = await store.contexts.find(environmentId, contextKey(name))
  if (found === null) return { kind: 'context_not_found' }
  const tooLarge = refuseLargeData(name.type, data)
  if (tooLarge !== null) return tooLarge
  const context = { ...found, data, updatedAtMs: clock() }
  return accept(context, {
    expects: [store.contexts.expectPresent(found.id)],
    writes: [store.contexts.upsert(context)],
  })
}

/** Deletes a context. Links, connections and endpoints that belong to it keep its key. */
export async function deleteContext(
  { store }: ContextDeps,
  environmentId: string,
  name: ContextName,
): Promise<Decision<null, ContextNotFound>> {
  const found = await store.contexts.find(environmentId, contextKey(name))
  if (found === null) return { kind: 'context_not_found' }
  return accept(null, { writes: [store.contexts.delete(found.id)] })
}
