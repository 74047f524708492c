import type { Deps } from '../../deps.ts'
import { badRequest, notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import { type Answer, nothing } from '../../http/perform.ts'
import type { ListedEndpoint } from '../../store/endpoints/endpoint-pages.ts'
import type { ChannelEndpoint, UpdateEndpointBody } from './model.ts'
import { presentEndpoint } from './present.ts'
import { hasShape, wrongShape } from './shapes.ts'

async function find(
  { store }: Deps,
  { environmentId }: Caller,
  identifier: string,
  message: string,
): Promise<ListedEndpoint> {
  const found = await store.endpoints.find(environmentId, identifier)
  if (found === null) throw notFound('endpoint_not_found', message)
  return found
}

const missing = (identifier: string): string =>
  `Channel endpoint with identifier '${identifier}' not found`

/** Throws 404. */
export const getEndpoint = async (
  deps: Deps,
  caller: Caller,
  identifier: string,
): Promise<ChannelEndpoint> =>
  presentEndpoint(await find(deps, caller, identifier, missing(identifier)))

/** Replaces what an endpoint points at, which must be of its type. Throws 404 and 400. */
export async function updateEndpoint(
  deps: Deps,
  caller: Caller,
  identifier: string,
  { endpoint }: UpdateEndpointBody,
): Promise<Answer<ChannelEndpoint>> {
  const { store, clock } = deps
  const message = `Channel endpoint with identifier "${identifier}" not found in environment "${caller.environmentId}"`
  const found = await find(deps, caller, identifier, message)
  if (!hasShape(deps.providers, found.type, endpoint))
    throw badRequest('endpoint_malformed', wrongShape(found.type))
  const updatedAtMs = clock()
  const shown = { ...found, endpoint, updatedAtMs, reachNextAttemptAtMs: null }
  return {
    status: 200,
    body: presentEndpoint(shown),
    writes: [store.endpoints.replace(found.id, endpoint, updatedAtMs)],
  }
}

/** Unlinks. latch keeps no token of a user, so there is none to revoke. Throws 404. */
export async function deleteEndpoint(
  deps: Deps,
  caller: Caller,
  identifier: string,
): Promise<Answer<null>> {
  const { id } = await find(deps, caller, identifier, missing(identifier))
  return nothing([deps.store.endpoints.delete(id)])
}
