import { splitSecrets, wholeValue } from '../domain/endpoints/types.ts'
import type { ConnectionRow } from '../store/connections/connection-list.ts'
import type { ConnectionWithAuth } from '../store/connections/connections.ts'
import type { ListedEndpoint } from '../store/endpoints/endpoint-list.ts'
import type { Environment } from '../store/environments/environments.ts'
import type { Page, Paging } from '../store/reading/pagination.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import type { TransferRecord } from './records.ts'

const PAGE = 100

/** Every row of a list, oldest first, fetched page by page. */
async function* all<Row>(
  read: (paging: Paging) => Promise<Page<Row>>,
  idOf: (row: Row) => string,
): AsyncGenerator<Row> {
  let cursor: Paging['cursor'] = null
  for (;;) {
    const page: Page<Row> = await read({
      limit: PAGE,
      orderBy: 'createdAt',
      direction: 'asc',
      cursor,
    })
    yield* page.items
    const last = page.items.at(-1)
    if (!page.hasNext || last === undefined) return
    cursor = { kind: 'after', id: idOf(last), included: false }
  }
}

const times = (row: { createdAtMs: number; updatedAtMs: number }) => ({
  createdAt: new Date(row.createdAtMs).toISOString(),
  updatedAt: new Date(row.updatedAtMs).toISOString(),
})

const cannotOpen = (identifier: string): string =>
  `The secret key cannot decrypt the credentials of integration ${identifier}. Add the key that ` +
  'encrypted them as a second line after the current one, or export without secrets.'

/** Exports an environment as records; secrets (client secrets, tokens, webhook URLs) only on request. */
export async function* exportEnvironment(
  store: Store,
  { id: environmentId, name }: Environment,
  withSecrets: boolean,
): AsyncGenerator<TransferRecord> {
  yield { record: 'environment', name }
  for (const found of (await store.integrations.list(environmentId)).reverse()) {
    const { identifier, providerId, channel, active, credentials } = found
    const shown = { identifier, name: found.name, providerId, channel, active, ...times(found) }
    if (!withSecrets) yield { record: 'integration', ...shown }
    else if (credentials !== null) yield { record: 'integration', ...shown, credentials }
    // Fail now: an export that looks complete but is not would be noticed too late.
    else throw new StoreError('wrong_secret_key', cannotOpen(identifier))
  }
  const filter = { environmentId }
  for await (const row of all((paging) => store.subscribers.page(filter, paging), idOfRow)) {
    const { subscriberId, profile } = row
    yield { record: 'subscriber', subscriberId, profile, ...times(row) }
  }
  for await (const row of all((paging) => store.contexts.page(filter, paging), idOfRow)) {
    const { type, contextId, data } = row
    yield { record: 'context', type, id: contextId, data, ...times(row) }
  }
  for await (const row of all(
    (paging) => store.connections.page(filter, paging),
    ({ connection }) => connection.id,
  )) {
    // An import would store it as if it had been approved.
    if (row.connection.adminProblem === null) yield connectionRecord(row, withSecrets)
  }
  for await (const row of all((paging) => store.endpoints.page(filter, paging), idOfRow)) {
    yield endpointRecord(row, await isConnectionThere(store, row), withSecrets)
  }
}

const isConnectionThere = async (store: Store, row: ListedEndpoint): Promise<boolean> => {
  if (row.connectionIdentifier === null) return false
  const found = await store.connections.find(row.integrationId, row.connectionIdentifier)
  return found !== null && found.adminProblem === null
}

/**
 * An endpoint outlives the connection that it was created through. The connection's identifier then
 * means nothing elsewhere, and an import would refuse the endpoint, although its link is still
 * valid.
 */
function endpointRecord(
  row: ListedEndpoint,
  isConnectionThere: boolean,
  withSecrets: boolean,
): TransferRecord {
  const { identifier, integrationIdentifier, subscriberId, contextKeys, type } = row
  return {
    record: 'endpoint',
    identifier,
    integrationIdentifier,
    connectionIdentifier: isConnectionThere ? row.connectionIdentifier : null,
    subscriberId,
    contextKeys: [...contextKeys],
    type,
    endpoint: withSecrets ? wholeValue(row) : splitSecrets(type, wholeValue(row)).endpoint,
    ...(row.workspaceId !== null && { workspaceId: row.workspaceId }),
    ...(row.workspaceAlias !== null && { workspaceAlias: row.workspaceAlias }),
    ...times(row),
  }
}

const idOfRow = ({ id }: { id: string }): string => id

function connectionRecord(
  {
    connection,
    auth,
    integration,
  }: ConnectionWithAuth & { integration: ConnectionRow['integration'] },
  withSecrets: boolean,
): TransferRecord {
  const { identifier, subscriberId, contextKeys, origin } = connection
  const { workspaceId, workspaceName, botUserId } = connection
  return {
    record: 'connection',
    identifier,
    integrationIdentifier: integration.identifier,
    subscriberId,
    contextKeys: [...contextKeys],
    workspace: {
      id: workspaceId,
      ...(workspaceName !== null && { name: workspaceName }),
      ...(botUserId !== null && { botUserId }),
    },
    origin,
    ...(withSecrets && { auth }),
    ...times(connection),
  }
}
