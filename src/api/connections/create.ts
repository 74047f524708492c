import type { Deps } from '../../deps.ts'
import { contextWrites } from '../../domain/contexts/payload.ts'
import { type ApiError, conflict } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import { freshRow } from '../../store/fresh-row.ts'
import { requireIntegration } from '../integrations/find.ts'
import { requireContexts } from '../read-contexts.ts'
import { requireSubscriber } from '../subscribers/require.ts'
import { readAuth, workspaceOf } from './given.ts'
import type { ChannelConnection, CreateConnectionBody } from './model.ts'
import { refuseUnowned } from './owner.ts'
import { presentConnection } from './present.ts'

/** A connection that the backend made itself, in Novu's order of checks (novu-behaviour §3.2). */
export async function createConnection(
  deps: Deps,
  caller: Caller,
  body: CreateConnectionBody,
): Promise<Answer<ChannelConnection>> {
  const { store, providers } = deps
  const { environmentId } = caller
  refuseUnowned(body)
  const contexts = requireContexts(body.context)
  const integration = await requireIntegration(deps, caller, body.integrationIdentifier)
  const newSubscriber =
    body.subscriberId === undefined
      ? []
      : await requireSubscriber(deps, environmentId, body.subscriberId)
  const fresh = freshRow(deps, environmentId)
  const connection: Connection = {
    ...fresh,
    ...workspaceOf(body),
    integrationId: integration.id,
    identifier: body.identifier ?? `chconn_${deps.random.identifier()}`,
    // The one that is stored: Novu looked for the one that was sent, and so made two that are shared.
    subscriberId: body.connectionMode === 'shared' ? null : (body.subscriberId ?? null),
    contextKeys: [...contexts.keys],
    origin: 'api',
  }
  const owned = await store.connections.findByOwner(integration.id, connection)
  if (owned !== null) throw ownerTaken(integration.identifier, connection, owned.identifier)
  const taken = conflict(
    'connection_exists',
    `Channel connection with identifier "${connection.identifier}" already exists in environment "${environmentId}"`,
  )
  if ((await store.connections.findWithAuth(environmentId, connection.identifier)) !== null) {
    throw taken
  }
  const provider = providers.get(integration.providerId)
  const auth = readAuth(body, integration, provider, fresh.createdAtMs)
  return {
    status: 201,
    body: presentConnection({ connection, auth, pending: null, integration }),
    writes: [
      ...newSubscriber,
      ...contextWrites(deps, environmentId, contexts),
      store.connections.insert(connection, auth),
    ],
    ifTaken: taken,
  }
}

function ownerTaken(
  integration: string,
  { subscriberId, contextKeys }: Connection,
  existing: string,
): ApiError {
  const whose = subscriberId === null ? 'no subscriberId' : `subscriberId "${subscriberId}"`
  const where = contextKeys.length === 0 ? 'no context' : `context [${contextKeys.join(', ')}]`
  return conflict(
    'connection_of_owner_exists',
    `A channel connection already exists for integration "${integration}" with ${whose} and ${where}. Connection ID: ${existing}`,
  )
}
