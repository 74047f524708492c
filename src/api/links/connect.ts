import type { Deps } from '../../deps.ts'
import { contextWrites } from '../../domain/contexts/payload.ts'
import { badRequest } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import { refuseUnowned } from '../connections/owner.ts'
import { requireContexts } from '../read-contexts.ts'
import { requireSubscriber } from '../subscribers/require.ts'
import { isBound } from './browser-binding.ts'
import { verifyContextHash } from './context-hash.ts'
import { handOut } from './hand-out.ts'
import { findIntegration, requireClientId } from './link-target.ts'
import type { ConnectBody, OAuthUrl } from './model.ts'

/**
 * Makes the URL at which somebody connects a workspace: at Slack, by installing the app there. As
 * with a link, nothing but context data is written. Throws 400 where it is not said for whom, 404
 * for a subscriber or integration that is not there.
 */
export async function connect(
  deps: Deps,
  caller: Caller,
  body: ConnectBody,
): Promise<Answer<OAuthUrl>> {
  const { environmentId } = caller
  const contexts = requireContexts(body.context)
  const { integration, provider } = await findIntegration(
    deps,
    environmentId,
    body.integrationIdentifier,
  )
  verifyContextHash(caller, integration, body)
  refuseUnowned(body)
  if (body.scope?.includes('incoming-webhook') && !body.subscriberId) {
    throw badRequest('subscriber_required', 'subscriberId is required for incoming webhook')
  }
  if (provider.connect === null) {
    const message = `OAuth not supported for provider: ${provider.id}`
    throw badRequest('connect_not_supported', message)
  }
  const { subscriberId = null } = body
  const newSubscriber =
    subscriberId === null ? [] : await requireSubscriber(deps, environmentId, subscriberId)
  const app = requireClientId(integration, provider)
  // A connection of that name need not exist yet; if it does, it stays in its workspace.
  const existing =
    body.connectionIdentifier === undefined
      ? null
      : await deps.store.connections.find(integration.id, body.connectionIdentifier)

  const claims = {
    jti: deps.random.stateId(),
    issuedAtMs: deps.clock(),
    environmentId,
    integrationId: integration.id,
    connectionIdentifier: body.connectionIdentifier ?? null,
    contextKeys: contexts.keys,
    bound: isBound(integration.credentials),
    protocol: 'oauth',
    mode: 'connect',
    subscriberId,
    shared: body.connectionMode === 'shared',
    autoLinkUser: body.autoLinkUser ?? false,
  } as const
  const workspaceId = existing?.workspaceId ?? null
  const url = handOut(deps, claims, { provider, app, workspaceId, scope: body.scope ?? null })
  const writes = [...newSubscriber, ...contextWrites(deps, environmentId, contexts, 'with_data')]
  return { status: 201, body: { url }, writes }
}
