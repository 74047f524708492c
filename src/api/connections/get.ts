import type { Deps } from '../../deps.ts'
import { notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import type { ChannelConnection } from './model.ts'
import { presentConnection } from './present.ts'

/** Throws 404, in Novu's words: with double quotes where a connection is changed. */
export async function findConnection(
  { store }: Deps,
  { environmentId }: Caller,
  identifier: string,
  quote = "'",
): Promise<ConnectionWithAuth> {
  const found = await store.connections.findWithAuth(environmentId, identifier)
  if (found === null) {
    const message = `Channel connection with identifier ${quote}${identifier}${quote} not found`
    throw notFound('connection_not_found', message)
  }
  return found
}

/** One connection. Throws 404. */
export const getConnection = async (
  deps: Deps,
  caller: Caller,
  identifier: string,
): Promise<ChannelConnection> => presentConnection(await findConnection(deps, caller, identifier))
