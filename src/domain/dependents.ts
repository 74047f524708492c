import type { Connection } from '../store/connections/connection-rows.ts'
import type { Dependents, Parent } from '../store/dependents.ts'
import type { EndpointRow } from '../store/endpoints/endpoints.ts'
import { type CommitDeps, commit } from './commit.ts'
import { connectionEvent } from './connections/event.ts'
import { type Actor, accept, type Change } from './decision.ts'
import { endpointEvent, erasedEndpointEvent } from './endpoints/event.ts'
import type { Cause } from './events/reasons.ts'
import type { DomainEvent } from './events/registry.ts'

/** Records that are deleted together with the record that they belong to. */
export type DependentCounts = { endpoints: number; connections: number }

type Removal = Omit<Change, 'jobs'> & { counts: DependentCounts }

/**
 * How many rows of a table are deleted in one commit, each with its event. Such a commit takes
 * about 20 ms, after which other writes can proceed: see
 * docs/decisions/0026-events-of-many-rows.md.
 */
export const MAX_REMOVED_AT_ONCE = 500

/** The event of an endpoint that is deleted with the record that it belongs to. */
const endpointDeleted =
  (reason: Cause) =>
  (endpoint: EndpointRow): DomainEvent =>
    // Nothing that identifies an erased subscriber may be written, not even as a digest.
    reason === 'subscriber_erased'
      ? erasedEndpointEvent(endpoint)
      : endpointEvent('endpoint.deleted', endpoint, reason)

export const connectionDeleted =
  (reason: Cause) =>
  (connection: Connection): DomainEvent => {
    const event = connectionEvent('connection.deleted', connection, { reason })
    return reason === 'subscriber_erased' ? { ...event, subscriberId: null } : event
  }

/**
 * Deletes most dependents of a record in several commits, so that the last commit, which deletes
 * the record itself, stays small. Does nothing if there are few. If it is interrupted, deleting the
 * record again continues with the rest.
 */
export async function removeMostDependents(
  deps: CommitDeps,
  actor: Actor,
  parent: Parent,
  reason: Cause,
): Promise<DependentCounts> {
  const { dependentEndpoints, dependentConnections } = deps.store
  const removeMost = async <Row extends { id: string }>(
    rows: Dependents<Row>,
    tell: (row: Row) => DomainEvent,
  ): Promise<number> => {
    for (let removed = 0; ; ) {
      const batch = await commit(deps, actor, async () => {
        const found = await rows.of(parent, MAX_REMOVED_AT_ONCE + 1)
        if (found.length <= MAX_REMOVED_AT_ONCE) return { kind: 'unchanged' as const }
        const some = found.slice(0, MAX_REMOVED_AT_ONCE)
        return accept(some.length, {
          expects: [rows.expectAll(some)],
          writes: [rows.delete(some)],
          events: some.map(tell),
        })
      })
      if (batch.kind === 'unchanged') return removed
      removed += batch.value
    }
  }
  const endpoints = await removeMost(dependentEndpoints, endpointDeleted(reason))
  const connections =
    'integrationId' in parent
      ? await removeMost(dependentConnections, connectionDeleted(reason))
      : 0
  return { endpoints, connections }
}

/**
 * The events of the dependents that the same commit deletes through foreign keys, and the
 * expectation that there are no others. `before`: how many `removeMostDependents` has deleted.
 */
export async function removeWith(
  { store }: Pick<CommitDeps, 'store'>,
  parent: Parent,
  reason: Cause,
  before: DependentCounts,
): Promise<Removal> {
  const { dependentEndpoints, dependentConnections } = store
  // No limit: some may have been added since most were deleted.
  const endpoints = await dependentEndpoints.of(parent, Number.MAX_SAFE_INTEGER)
  const expects = [dependentEndpoints.expectOnly(parent, endpoints)]
  const events = endpoints.map(endpointDeleted(reason))
  const counts = { ...before, endpoints: before.endpoints + endpoints.length }
  if (!('integrationId' in parent)) return { expects, writes: [], events, counts }
  const connections = await dependentConnections.of(parent, Number.MAX_SAFE_INTEGER)
  return {
    expects: [...expects, dependentConnections.expectOnly(parent, connections)],
    writes: [],
    events: [...events, ...connections.map(connectionDeleted(reason))],
    counts: { ...counts, connections: before.connections + connections.length },
  }
}
