import type { Deps } from '../../deps.ts'
import { contextWrites } from '../../domain/contexts/payload.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import { requireContexts } from '../read-contexts.ts'
import { requireSubscriber } from '../subscribers/require.ts'
import { verifyContextHash } from './context-hash.ts'
import { findIntegration, requireClientId, requireConnection } from './link-target.ts'
import type { LinkUserBody, OAuthUrl } from './model.ts'
import { signUserLink } from './sign-link.ts'

/**
 * Makes the URL at which a subscriber consents. It is signed and not stored: the one thing that may
 * be written is context data, too large for a URL. Throws 404 for a subscriber, integration or
 * connection that is not there.
 */
export async function linkUser(
  deps: Deps,
  caller: Caller,
  body: LinkUserBody,
): Promise<Answer<OAuthUrl>> {
  const contexts = requireContexts(body.context)
  const { integration, provider } = await findIntegration(
    deps,
    caller.environmentId,
    body.integrationIdentifier,
  )
  verifyContextHash(caller, integration, body)
  const newSubscriber = await requireSubscriber(deps, caller.environmentId, body.subscriberId)
  const app = requireClientId(integration, provider)
  const connection = await requireConnection(deps, integration, body.connectionIdentifier)
  const url = signUserLink(deps, {
    integration,
    provider,
    app,
    subscriberId: body.subscriberId,
    connection,
    contextKeys: contexts.keys,
    userScope: body.userScope ?? null,
  })
  const writes = [
    ...newSubscriber,
    ...contextWrites(deps, caller.environmentId, contexts, 'with_data'),
  ]
  return { status: 201, body: { url }, writes }
}
