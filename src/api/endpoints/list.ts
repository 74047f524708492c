import type { Deps } from '../../deps.ts'
import { invalid } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { EndpointQuery, ListedEndpoint } from '../../store/endpoint-pages.ts'
import type { ChannelEndpoint, ChannelEndpointList, EndpointsQuery } from './model.ts'

const DEFAULT_LIMIT = 10

/** A page of the environment's endpoints. An unknown cursor gives an empty page, as at Novu. */
export async function listEndpoints(
  { store }: Deps,
  caller: Caller,
  query: EndpointsQuery,
): Promise<ChannelEndpointList> {
  const page = await store.endpoints.page({
    filter: {
      environmentId: caller.environmentId,
      subscriberId: query.subscriberId,
      integrationIdentifier: query.integrationIdentifier,
      connectionIdentifier: query.connectionIdentifier,
      channel: query.channel,
      providerId: query.providerId,
      contextKeys: readContextKeys(query.contextKeys),
    },
    limit: Number(query.limit ?? DEFAULT_LIMIT),
    orderBy: query.orderBy ?? 'createdAt',
    direction: query.orderDirection === 'ASC' ? 'asc' : 'desc',
    cursor: readCursor(query),
  })
  return {
    data: page.items.map(present),
    next: page.hasNext ? (page.items.at(-1)?.id ?? null) : null,
    previous: page.hasPrevious ? (page.items.at(0)?.id ?? null) : null,
    totalCount: page.totalCount,
    totalCountCapped: page.totalCountCapped,
  }
}

function readCursor({ after, before, includeCursor }: EndpointsQuery): EndpointQuery['cursor'] {
  const included = includeCursor === 'true'
  if (after && before) {
    const messages = ['before and after cannot be used together']
    throw invalid({ after: { messages, value: after }, before: { messages, value: before } })
  }
  if (after) return { kind: 'after', id: after, included }
  if (before) return { kind: 'before', id: before, included }
  return null
}

/** Absent: any context. Present but empty: the endpoints that have none. */
function readContextKeys(keys: string | string[] | undefined): string[] | undefined {
  if (keys === undefined) return undefined
  const list = (Array.isArray(keys) ? keys : [keys]).filter((key) => key !== '')
  return [...new Set(list)].sort((left, right) => left.localeCompare(right, 'en'))
}

function present(endpoint: ListedEndpoint): ChannelEndpoint {
  const { identifier, channel, providerId, integrationIdentifier, connectionIdentifier } = endpoint
  return {
    identifier,
    channel,
    providerId,
    integrationIdentifier,
    connectionIdentifier,
    subscriberId: endpoint.subscriberId,
    contextKeys: [...endpoint.contextKeys],
    type: endpoint.type,
    endpoint: endpoint.endpoint,
    ...(endpoint.reachNextAttemptAtMs !== null && {
      pending: {
        problem: endpoint.reachProblem,
        attempts: endpoint.reachAttempts + 1,
        nextAttemptAt: new Date(endpoint.reachNextAttemptAtMs).toISOString(),
      },
    }),
    createdAt: new Date(endpoint.createdAtMs).toISOString(),
    updatedAt: new Date(endpoint.updatedAtMs).toISOString(),
  }
}
