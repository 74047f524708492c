import type { Deps } from '../../deps.ts'
import { notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Connection } from '../../store/connections.ts'
import type { Integration } from '../../store/integrations.ts'
import type { Write } from '../../store/writer.ts'
import { callbackUrl } from '../callback/callback-url.ts'
import { type NamedContext, readContexts } from '../contexts/payload.ts'
import { verifyContextHash } from './context-hash.ts'
import type { LinkUserBody, OAuthUrl } from './model.ts'

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
  const contexts = readContexts(body.context)
  const { integration, provider } = await findIntegration(
    deps,
    caller.environmentId,
    body.integrationIdentifier,
  )
  verifyContextHash(caller, integration, body)
  const newSubscriber = await requireSubscriber(deps, caller.environmentId, body.subscriberId)
  const clientId = requireClientId(integration, provider)
  const connection = await findConnection(deps, integration, body.connectionIdentifier)
  const nowMs = deps.clock()
  const userScope = body.userScope ?? null
  const protocol = provider.protocolFor(userScope)
  const jti = deps.random.stateId()
  const { nonce, codeChallenge } = deps.states.proofs(jti)
  const state = deps.states.sign({
    jti,
    issuedAtMs: nowMs,
    environmentId: caller.environmentId,
    integrationId: integration.id,
    subscriberId: body.subscriberId,
    connectionIdentifier: connection?.identifier ?? null,
    contextKeys: contexts.map(({ key }) => key),
    mode: 'link_user',
    protocol,
  })
  const url = provider.linkUserUrl({
    clientId,
    redirectUri: callbackUrl(deps.config),
    state,
    userScope,
    protocol,
    nonce,
    codeChallenge: integration.credentials['pkce'] === true ? codeChallenge : null,
    workspaceId: connection?.workspaceId ?? null,
  })
  const writes = [...newSubscriber, ...contextWrites(deps, caller.environmentId, contexts)]
  return { status: 201, body: { url }, writes }
}

async function findIntegration(
  { store, providers }: Deps,
  environmentId: string,
  identifier: string,
): Promise<{ integration: Integration; provider: Provider }> {
  const integration = await store.integrations.findByIdentifier(environmentId, identifier)
  const provider = integration && providers.get(integration.providerId)
  if (!integration || !provider) {
    const message = `Integration not found: ${identifier} in environment ${environmentId}`
    throw notFound('integration_not_found', message)
  }
  return { integration, provider }
}

/** The spaces at the ends of the messages are Novu's. */
function requireClientId({ credentials }: Integration, { title }: Provider): string {
  if (Object.keys(credentials).length === 0) {
    const message = `${title} integration missing credentials `
    throw notFound('integration_without_credentials', message)
  }
  const { clientId } = credentials
  if (typeof clientId !== 'string' || clientId === '') {
    const message = `${title} integration missing required OAuth credentials (clientId) `
    throw notFound('integration_without_client_id', message)
  }
  return clientId
}

/** What must be written for the subscriber to exist: nothing, or the subscriber where allowed. */
async function requireSubscriber(
  { store, config, random, clock }: Deps,
  environmentId: string,
  subscriberId: string,
): Promise<Write[]> {
  if ((await store.subscribers.find(environmentId, subscriberId)) !== null) return []
  if (!config.autoCreateSubscribers) {
    throw notFound('subscriber_not_found', `Subscriber not found: ${subscriberId}`)
  }
  const nowMs = clock()
  const times = { createdAtMs: nowMs, updatedAtMs: nowMs }
  const id = random.recordId(nowMs)
  return [
    store.subscribers.insertIfMissing({ id, environmentId, subscriberId, profile: {}, ...times }),
  ]
}

async function findConnection(
  { store }: Deps,
  integration: Integration,
  identifier: string | undefined,
): Promise<Connection | null> {
  if (identifier === undefined) return null
  const connection = await store.connections.find(integration.id, identifier)
  if (connection === null) {
    throw notFound('connection_not_found', `Channel connection not found: ${identifier}`)
  }
  return connection
}

function contextWrites(
  { store, random, clock }: Deps,
  environmentId: string,
  contexts: readonly NamedContext[],
): Write[] {
  const nowMs = clock()
  return contexts.flatMap(({ data, ...context }) =>
    data === null
      ? []
      : store.contexts.upsert({
          ...context,
          data,
          id: random.recordId(nowMs),
          environmentId,
          createdAtMs: nowMs,
          updatedAtMs: nowMs,
        }),
  )
}
