import type { Deps } from '../../deps.ts'
import type { Identity, Provider } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Integration } from '../../store/integrations.ts'
import type { Write } from '../../store/writer.ts'

/** In place of the token that a connection has once its workspace installs the app. */
const IDENTITY_ONLY = { accessToken: 'identity-only' }

/** The writes by which a subscriber is linked: their contexts, a connection, the endpoint. */
export function storeIdentity(
  { store, random, clock }: Deps,
  claims: StateClaims,
  linked: { integration: Integration; provider: Provider; identity: Identity },
): Write[] {
  const { environmentId, subscriberId, contextKeys, connectionIdentifier } = claims
  const { integration, provider, identity } = linked
  const nowMs = clock()
  const fresh = () => ({
    id: random.recordId(nowMs),
    environmentId,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  })

  const contexts = contextKeys.map((key) => {
    const colon = key.lastIndexOf(':')
    const [type, contextId] = [key.slice(0, colon), key.slice(colon + 1)]
    return store.contexts.insertIfMissing({ ...fresh(), key, type, contextId, data: {} })
  })
  const connection = store.connections.insertIfWorkspaceIsNew(
    {
      ...fresh(),
      integrationId: integration.id,
      identifier: `chconn_${random.identifier()}`,
      subscriberId: null,
      contextKeys: [],
      workspaceId: identity.workspace.id,
      workspaceName: identity.workspace.name,
    },
    IDENTITY_ONLY,
  )
  const endpoint = store.endpoints.link(
    {
      ...fresh(),
      integrationId: integration.id,
      identifier: `chendp_${random.identifier()}`,
      subscriberId,
      contextKeys: [...contextKeys],
      type: provider.endpointType,
      endpoint: provider.endpointOf(identity),
    },
    connectionIdentifier === null
      ? { kind: 'workspace', workspaceId: identity.workspace.id }
      : { kind: 'named', identifier: connectionIdentifier },
  )
  return [...contexts, ...(connectionIdentifier === null ? [connection] : []), endpoint]
}
