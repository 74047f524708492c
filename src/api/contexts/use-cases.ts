import type { Deps } from '../../deps.ts'
import { conflict, notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import { presentPage, readPaging } from '../../http/list-query.ts'
import { type Answer, nothing } from '../../http/perform.ts'
import type { Context } from '../../store/contexts/contexts.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type {
  ContextAnswer,
  ContextList,
  ContextParams,
  ContextsQuery,
  CreateContextBody,
  UpdateContextBody,
} from './model.ts'
import { refuseMuchData } from './payload.ts'

const present = ({ type, contextId, data, createdAtMs, updatedAtMs }: Context): ContextAnswer => ({
  type,
  id: contextId,
  data,
  createdAt: new Date(createdAtMs).toISOString(),
  updatedAt: new Date(updatedAtMs).toISOString(),
})

async function find(
  { store }: Deps,
  { environmentId }: Caller,
  { type, id }: ContextParams,
): Promise<Context> {
  const found = await store.contexts.find(environmentId, `${type}:${id}`)
  if (found !== null) return found
  const message = `Context with id '${id}' and type '${type}' not found in environment ${environmentId}`
  throw notFound('context_not_found', message)
}

/** Throws 409 where there is one of that type and id. */
export async function createContext(
  deps: Deps,
  { environmentId }: Caller,
  { type, id, data = {} }: CreateContextBody,
): Promise<Answer<ContextAnswer>> {
  refuseMuchData(type, data)
  const key = `${type}:${id}`
  const taken = conflict(
    'context_exists',
    `Context with type '${type}' and id '${id}' already exists in environment ${environmentId}`,
  )
  if ((await deps.store.contexts.find(environmentId, key)) !== null) throw taken
  const context = { ...freshRow(deps, environmentId), key, type, contextId: id, data }
  return {
    status: 201,
    body: present(context),
    writes: [deps.store.contexts.insert(context)],
    ifTaken: taken,
  }
}

/** Throws 404. */
export const getContext = async (
  deps: Deps,
  caller: Caller,
  params: ContextParams,
): Promise<ContextAnswer> => present(await find(deps, caller, params))

/** A page of the environment's contexts. */
export async function listContexts(
  { store }: Deps,
  { environmentId }: Caller,
  query: ContextsQuery,
): Promise<ContextList> {
  const filter = { environmentId, contextId: query.id, search: query.search }
  const page = await store.contexts.page(filter, readPaging(query))
  return presentPage(page, ({ id }) => id, present)
}

/** Replaces a context's data. Throws 404. */
export async function updateContext(
  deps: Deps,
  caller: Caller,
  params: ContextParams,
  { data }: UpdateContextBody,
): Promise<Answer<ContextAnswer>> {
  const found = await find(deps, caller, params)
  refuseMuchData(params.type, data)
  const context = { ...found, data, updatedAtMs: deps.clock() }
  return { status: 200, body: present(context), writes: [deps.store.contexts.upsert(context)] }
}

/** What belongs to the context keeps its key. Throws 404. */
export async function deleteContext(
  deps: Deps,
  caller: Caller,
  params: ContextParams,
): Promise<Answer<null>> {
  const { id } = await find(deps, caller, params)
  return nothing([deps.store.contexts.delete(id)])
}
