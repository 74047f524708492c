import type { Deps } from '../../deps.ts'
import type { Provider } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { Write } from '../../store/writer/writes.ts'
import { type OwnerRefusal, refuseMissingOwner } from '../connections/owner.ts'
import {
  contextWrites,
  missingContextWrites,
  type NamedContexts,
  readContexts,
} from '../contexts/payload.ts'
import { accept, type Decision } from '../decision.ts'
import { type KeyPermissions, mayChange } from '../environments/key-permissions.ts'
import { readApp } from '../integrations/app.ts'
import type { IntegrationNotFound } from '../integrations/find.ts'
import type { Invalid } from '../shape.ts'
import { requireSubscriber, type SubscriberNotFound } from '../subscribers/require.ts'
import {
  type ContextHashRefusal,
  type HashedContext,
  refuseUnprovenContext,
} from './context-hash.ts'
import { type AppWithClientId, type SignedLink, signLink } from './sign-link.ts'
import { verificationOf } from './verification.ts'

/** The caller: its environment, the permissions of its API key, and an HMAC with that key. */
export type LinkCaller = {
  environmentId: string
  permissions: KeyPermissions
  hmacWithApiKey(text: string): string
}

/** What every link may have. */
type Displayed = {
  /** What the company calls the account, for the user to recognise. */
  display?: string
}

export type UserLinkRequest = HashedContext &
  Displayed & {
    subscriberId: string
    integrationIdentifier: string
    /**
     * The connection whose workspace the user must come from; absent for the connection of any
     * workspace that they choose.
     */
    connectionIdentifier?: string
    userScope?: readonly string[]
  }

export type ConnectLinkRequest = HashedContext &
  Displayed & {
    integrationIdentifier: string
    subscriberId?: string
    /** The identifier of the connection, which need not exist yet. */
    connectionIdentifier?: string
    scope?: readonly string[]
    connectionMode?: 'subscriber' | 'shared'
    autoLinkUser?: boolean
  }

/** Why a link was refused. `title` is the provider's name in Novu's messages. */
export type UserLinkRefusal =
  | Invalid
  | IntegrationNotFound
  | ContextHashRefusal
  | SubscriberNotFound
  | { kind: 'integration_without_credentials' | 'integration_without_client_id'; title: string }
  | { kind: 'connection_not_found'; identifier: string }
  /** The link requires a session of the app, whose URL is not set. */
  | { kind: 'completion_url_missing' }
  /** Nobody is linked through it before an operator has approved it. */
  | { kind: 'connection_not_approved'; identifier: string }

export type ConnectLinkRefusal =
  | UserLinkRefusal
  | OwnerRefusal
  | { kind: 'subscriber_required'; for: 'incoming_webhook' }
  | { kind: 'connect_not_supported'; providerId: string }

/**
 * Creates the URL at which a subscriber consents to be linked. The link is signed, not stored: the
 * only writes are a new subscriber and context data, which is too large for a URL.
 */
export async function linkUser(
  deps: Deps,
  caller: LinkCaller,
  request: UserLinkRequest,
): Promise<Decision<SignedLink, UserLinkRefusal>> {
  const { environmentId } = caller
  const contexts = readContexts(request.context)
  if (contexts.kind === 'invalid') return contexts
  const { integrationIdentifier } = request
  const row = await deps.store.integrations.findByIdentifier(environmentId, integrationIdentifier)
  const found = linkable(deps, row, integrationIdentifier)
  if (found.kind !== 'linkable') return found
  const { integration, provider } = found
  const unproven = refuseUnprovenContext(integration, caller.hmacWithApiKey, request)
  if (unproven !== null) return unproven
  const subscriber = await requireSubscriber(deps, environmentId, request.subscriberId)
  if (subscriber.kind !== 'subscriber_ready') return subscriber
  const app = readAppWithClientId(integration, provider)
  if ('kind' in app) return app
  const { subscriberId, connectionIdentifier = null } = request
  const connection =
    connectionIdentifier === null
      ? null
      : await deps.store.connections.find(integration.id, connectionIdentifier)
  if (connectionIdentifier !== null && connection === null) {
    return { kind: 'connection_not_found', identifier: connectionIdentifier }
  }
  if (lacksCompletionUrl(deps, integration, { mode: 'link_user', subscriberId })) {
    return { kind: 'completion_url_missing' }
  }
  if (connection !== null && connection.adminProblem !== null) {
    return { kind: 'connection_not_approved', identifier: connection.identifier }
  }
  const link = signLink(
    deps,
    integration,
    {
      mode: 'link_user',
      subscriberId,
      connectionIdentifier,
      contextKeys: contexts.keys,
      display: request.display ?? null,
    },
    {
      provider,
      app,
      workspaceId: connection?.workspaceId ?? null,
      scope: request.userScope ?? null,
    },
  )
  return acceptLink(deps, caller, link, subscriber.writes, contexts)
}

/**
 * Creates the URL at which someone connects a workspace: by installing the app there, or by
 * consenting to it as an administrator. It writes no more than a user's link.
 */
export async function linkWorkspace(
  deps: Deps,
  caller: LinkCaller,
  request: ConnectLinkRequest,
): Promise<Decision<SignedLink, ConnectLinkRefusal>> {
  const { environmentId } = caller
  const { subscriberId = null } = request
  // As in Novu, an empty identifier stands for none: nobody could name that connection.
  const connectionIdentifier = request.connectionIdentifier || null
  const contexts = readContexts(request.context)
  if (contexts.kind === 'invalid') return contexts
  const { integrationIdentifier } = request
  const row = await deps.store.integrations.findByIdentifier(environmentId, integrationIdentifier)
  const found = linkable(deps, row, integrationIdentifier)
  if (found.kind !== 'linkable') return found
  const { integration, provider } = found
  const refusal =
    refuseUnprovenContext(integration, caller.hmacWithApiKey, request) ??
    refuseMissingOwner(request)
  if (refusal !== null) return refusal
  if (request.scope?.includes('incoming-webhook') && !subscriberId) {
    return { kind: 'subscriber_required', for: 'incoming_webhook' }
  }
  if (provider.connect === null) return { kind: 'connect_not_supported', providerId: provider.id }
  const subscriber =
    subscriberId === null
      ? ({ kind: 'subscriber_ready', writes: [] } as const)
      : await requireSubscriber(deps, environmentId, subscriberId)
  if (subscriber.kind !== 'subscriber_ready') return subscriber
  const app = readAppWithClientId(integration, provider)
  if ('kind' in app) return app
  // The connection need not exist yet; if it does, it stays in its workspace.
  const existing =
    connectionIdentifier === null
      ? null
      : await deps.store.connections.find(integration.id, connectionIdentifier)
  if (lacksCompletionUrl(deps, integration, { mode: 'connect', subscriberId })) {
    return { kind: 'completion_url_missing' }
  }
  // One that waits for approval gives way, wherever it is.
  const expected = existing === null || existing.adminProblem !== null ? null : existing
  const link = signLink(
    deps,
    integration,
    {
      mode: 'connect',
      subscriberId,
      connectionIdentifier,
      contextKeys: contexts.keys,
      display: request.display ?? null,
      shared: request.connectionMode === 'shared',
      autoLinkUser: request.autoLinkUser ?? false,
      consent: null,
    },
    { provider, app, workspaceId: expected?.workspaceId ?? null, scope: request.scope ?? null },
  )
  return acceptLink(deps, caller, link, subscriber.writes, contexts)
}

/** Where only the operator's default says `session`; an integration that says so must have the URL. */
const lacksCompletionUrl = (
  deps: Deps,
  integration: Integration,
  claims: Pick<StateClaims, 'mode' | 'subscriberId'>,
): boolean =>
  verificationOf(deps, integration, claims) === 'session' &&
  integration.credentials['completionUrl'] === undefined

type Linkable = { kind: 'linkable'; integration: Integration; provider: Provider }

/** Requires an integration of a supported provider; any other counts as not found. */
function linkable(
  { providers }: Pick<Deps, 'providers'>,
  integration: Integration | null,
  identifier: string,
): Linkable | IntegrationNotFound {
  const provider = integration && providers.get(integration.providerId)
  return integration && provider
    ? { kind: 'linkable', integration, provider }
    : { kind: 'integration_not_found', identifier }
}

function readAppWithClientId(
  { credentials }: Integration,
  provider: Provider,
): AppWithClientId | Extract<UserLinkRefusal, { title: string }> {
  const app = readApp(provider, credentials)
  if (app.clientId !== null) return { ...app, clientId: app.clientId }
  const { title } = provider
  return Object.keys(credentials).length === 0
    ? { kind: 'integration_without_credentials', title }
    : { kind: 'integration_without_client_id', title }
}

function acceptLink(
  deps: Deps,
  { environmentId, permissions }: LinkCaller,
  link: SignedLink,
  newSubscriber: readonly Write[],
  contexts: NamedContexts,
): Decision<SignedLink> {
  const given = { ...contexts, contexts: contexts.contexts.filter(({ data }) => data !== null) }
  const write = mayChange(permissions) ? contextWrites : missingContextWrites
  return accept(link, { writes: [...newSubscriber, ...write(deps, environmentId, given)] })
}
