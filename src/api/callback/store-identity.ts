import type { Deps } from '../../deps.ts'
import type { Identity, Reach } from '../../providers/provider.ts'
import type { LinkedThrough } from '../../store/endpoints/endpoints.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Write } from '../../store/writer/writes.ts'
import { reachDelayMs } from '../endpoints/reach.ts'
import type { Target } from './target.ts'

/** In place of the token that a connection has once its workspace installs the app. */
const IDENTITY_ONLY = { accessToken: 'identity-only' }

/** The write by which a workspace that is new here has a connection, with no token of its own. */
export function identityConnectionWrite(
  deps: Deps,
  { integration }: Target,
  { workspace }: Identity,
): Write {
  return deps.store.connections.insertIfWorkspaceIsNew(
    {
      ...freshRow(deps, integration.environmentId),
      integrationId: integration.id,
      identifier: `chconn_${deps.random.identifier()}`,
      subscriberId: null,
      contextKeys: [],
      workspaceId: workspace.id,
      workspaceName: workspace.name,
      botUserId: null,
      origin: 'identity',
    },
    IDENTITY_ONLY,
  )
}

/** The write of who a subscriber is. */
export function endpointWrite(
  deps: Deps,
  { integration, provider }: Target,
  linked: {
    subscriberId: string
    contextKeys: readonly string[]
    identity: Identity
    reach: Reach
    through: LinkedThrough
  },
): Write {
  const { identity, reach, through } = linked
  const fresh = freshRow(deps, integration.environmentId)
  return deps.store.endpoints.link(
    {
      ...fresh,
      integrationId: integration.id,
      identifier: `chendp_${deps.random.identifier()}`,
      subscriberId: linked.subscriberId,
      contextKeys: [...linked.contextKeys],
      type: provider.endpoints.person.type,
      endpoint: provider.endpointOf(identity),
      ...(reach.kind === 'not_yet' && {
        reach: {
          problem: reach.problem,
          nextAttemptAtMs: fresh.createdAtMs + reachDelayMs(0),
        },
      }),
    },
    through,
  )
}
