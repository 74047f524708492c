import type { Deps } from '../../deps.ts'
import type { Caller } from '../../http/authenticate.ts'
import { presentPage, readContextKeys, readPaging } from '../../http/list-query.ts'
import type { ChannelConnectionList, ConnectionsQuery } from './model.ts'
import { presentConnection } from './present.ts'

/** A page of the environment's connections. */
export async function listConnections(
  { store }: Deps,
  { environmentId }: Caller,
  { contextKeys, ...query }: ConnectionsQuery,
): Promise<ChannelConnectionList> {
  const { subscriberId, integrationIdentifier, channel, providerId, connectionMode } = query
  const filter = {
    environmentId,
    subscriberId,
    integrationIdentifier,
    channel,
    providerId,
    connectionMode,
    contextKeys: readContextKeys(contextKeys),
  }
  const page = await store.connections.page(filter, readPaging(query))
  return presentPage(page, ({ connection }) => connection.id, presentConnection)
}
