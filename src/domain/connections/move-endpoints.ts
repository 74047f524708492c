import type { Deps } from '../../deps.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Change } from '../decision.ts'
import { endpointMoved } from '../endpoints/event.ts'
import { MAX_TOLD_MOVES } from '../events/connections.ts'
import type { Cause } from '../events/reasons.ts'
import type { DomainEvent } from '../events/registry.ts'
import { IDENTITY_ONLY } from './auth.ts'
import { connectionEvent } from './event.ts'

type MoveDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** Why endpoints are moved, and the link that caused it, if any. */
export type MoveCause = { reason: Cause; linkId: string | null }

export type Moved = Pick<Change, 'expects' | 'writes' | 'events'>

const NOTHING: Moved = { expects: [], writes: [], events: [] }

/** A connection without an owner is open to everyone, so no endpoints are its own, or others'. */
const isWithoutOwner = ({ subscriberId, contextKeys }: Connection): boolean =>
  subscriberId === null && contextKeys.length === 0

/**
 * Moves the endpoints of a connection's owner to it from the workspace's identity-only connection,
 * if there is one.
 */
export async function takeOverOwn(
  { store }: MoveDeps,
  connection: Connection,
  cause: MoveCause,
): Promise<Moved> {
  if (isWithoutOwner(connection)) return NOTHING
  const { connectionEndpoints } = store
  const source = await connectionEndpoints.findIdentityOnly(connection)
  const expects = [connectionEndpoints.expectIdentityOnly(connection, source)]
  if (source === null) return { ...NOTHING, expects }
  const { expects: unmoved, ...moved } = await move(store, { source, target: connection }, cause, {
    owner: connection,
    whose: 'owner',
  })
  return { ...moved, expects: [...expects, ...unmoved] }
}

/**
 * Moves the endpoints of subscribers other than the owner from a connection to the identity-only
 * connection of its workspace, which is created if it is needed and does not exist.
 */
export async function releaseOthers(
  deps: MoveDeps,
  connection: Connection,
  cause: MoveCause,
): Promise<Moved> {
  if (isWithoutOwner(connection)) return NOTHING
  const { connectionEndpoints, connections } = deps.store
  const known = await connectionEndpoints.findIdentityOnly(connection)
  const target = known ?? fallbackOf(deps, connection)
  const moved = await move(deps.store, { source: connection, target }, cause, {
    owner: connection,
    whose: 'others',
  })
  const expects = [connectionEndpoints.expectIdentityOnly(connection, known), ...moved.expects]
  if (known !== null || moved.events.length === 0) return { ...moved, expects }
  return {
    expects,
    writes: [...connections.insert(target, { accessToken: IDENTITY_ONLY }), ...moved.writes],
    events: [connectionEvent('connection.created', target, cause), ...moved.events],
  }
}

/**
 * An identity-only connection: it has neither an owner nor a token, and only identifies a
 * workspace.
 */
const fallbackOf = (
  deps: MoveDeps,
  { environmentId, integrationId, workspaceId, workspaceName }: Connection,
): Connection => ({
  ...freshRow(deps, environmentId),
  integrationId,
  identifier: `chconn_${deps.random.identifier()}`,
  subscriberId: null,
  contextKeys: [],
  workspaceId,
  workspaceName,
  botUserId: null,
  origin: 'identity',
  adminProblem: null,
})

async function move(
  { connectionEndpoints }: Deps['store'],
  { source, target }: { source: Connection; target: Connection },
  { reason, linkId }: MoveCause,
  which: { owner: Connection; whose: 'owner' | 'others' },
): Promise<Moved> {
  const wanted = { from: source.identifier, to: target.identifier, ...which }
  const found = await connectionEndpoints.findMovable(wanted, MAX_TOLD_MOVES)
  const expects = [connectionEndpoints.expectMovable(wanted, found)]
  if (found.count === 0) return { ...NOTHING, expects }
  const summary: DomainEvent = {
    type: 'connection.endpoints_moved',
    environmentId: source.environmentId,
    subjectId: source.identifier,
    linkId,
    reason,
    data: {
      integrationId: source.integrationId,
      toConnectionIdentifier: target.identifier,
      count: found.count,
    },
  }
  return {
    expects,
    writes: [connectionEndpoints.move(wanted)],
    events: found.endpoints?.map((endpoint) => endpointMoved(endpoint, wanted, reason)) ?? [
      summary,
    ],
  }
}
