import type { Deps } from '../../deps.ts'
import type { Caller } from '../../http/authenticate.ts'
import { presentPage, readContextKeys, readPaging } from '../../http/list-query.ts'
import type { ChannelEndpointList, EndpointsQuery } from './model.ts'
import { presentEndpoint } from './present.ts'

/** A page of the environment's endpoints. */
export async function listEndpoints(
  { store }: Deps,
  { environmentId }: Caller,
  { contextKeys, ...query }: EndpointsQuery,
): Promise<ChannelEndpointList> {
  const { subscriberId, integrationIdentifier, connectionIdentifier, channel, providerId } = query
  const filter = {
    environmentId,
    subscriberId,
    integrationIdentifier,
    connectionIdentifier,
    channel,
    providerId,
    contextKeys: readContextKeys(contextKeys),
  }
  const page = await store.endpoints.page(filter, readPaging(query))
  return presentPage(page, ({ id }) => id, presentEndpoint)
}
