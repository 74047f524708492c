import type { Deps } from '../../deps.ts'
import type { Installation } from '../../providers/provider.ts'
import type { Proofs } from '../../secrets/proofs.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import { freshRow } from '../../store/fresh-row.ts'
import { APP_ONLY, toStoredAuth } from '../connections/auth.ts'
import { connectionChanges } from '../connections/event.ts'
import { installConnection } from '../connections/install.ts'
import { contextsOfKeys, contextWrites } from '../contexts/payload.ts'
import { accept, type Change } from '../decision.ts'
import { refuseValue, splitSecrets } from '../endpoints/types.ts'
import type { DomainEvent } from '../events/registry.ts'
import { retryDelayMs } from '../retry-delay.ts'
import { callbackUrl } from './addresses.ts'
import { whereInstalled } from './discarded-installation.ts'
import { failedAnswer, wrongWorkspace } from './identify-user.ts'
import { linkEndpoint, type NotLinked } from './link-endpoint.ts'
import type {
  ConnectClaims,
  FailedAnswer,
  InstallationAnswer,
  LinkDecision,
  Storing,
  WebhookAnswer,
} from './outcome.ts'
import { readInstallation } from './shape.ts'
import { type SignedLink, signLink } from './sign-link.ts'
import type { LinkTarget } from './target.ts'

type ConnectState = { claims: ConnectClaims; proofs: Proofs }
type ConnectAnswer = InstallationAnswer | WebhookAnswer | FailedAnswer

/** Asks the provider what was installed, or whether the tenant's consent has taken effect. */
export async function connectWorkspace(
  deps: Deps,
  state: ConnectState,
  target: LinkTarget,
  grant: { kind: 'code'; code: string } | { kind: 'consent'; tenantId: string },
): Promise<ConnectAnswer> {
  const { connect } = target.provider
  if (connect?.kind === 'code' && grant.kind === 'code') {
    const answer = await connect.install({
      app: target.app,
      code: grant.code,
      redirectUri: callbackUrl(deps.config),
      codeVerifier: state.proofs.codeVerifier,
    })
    if (answer.kind !== 'installed') return failedAnswer(target, answer)
    const read = readInstallation(answer.installation)
    return read.kind === 'valid'
      ? installationAnswer(deps, target, state.claims, read.value)
      : failedAnswer(target, read)
  }
  if (connect?.kind === 'admin_consent' && grant.kind === 'consent') {
    const proof = await connect.prove(target.app, grant.tenantId)
    const pending =
      proof.kind === 'proven'
        ? null
        : { problem: proof.problem, nextAttemptAtMs: deps.clock() + retryDelayMs(0) }
    const installation: Installation = {
      workspace: { id: grant.tenantId, name: null },
      tokens: { accessToken: APP_ONLY, rotation: null },
      userId: null,
      botUserId: null,
      userToken: null,
      webhookUrl: null,
    }
    const answeredAtMs = deps.clock()
    return { kind: 'installation', claims: state.claims, installation, answeredAtMs, pending }
  }
  throw new Error(`${target.provider.id} cannot be connected by ${grant.kind}`)
}

function installationAnswer(
  deps: Pick<Deps, 'providers' | 'config' | 'clock'>,
  { provider }: LinkTarget,
  claims: ConnectClaims,
  installation: Installation,
): ConnectAnswer {
  const { webhookUrl: url } = installation
  if (url === null) {
    const answeredAtMs = deps.clock()
    return { kind: 'installation', claims, installation, answeredAtMs, pending: null }
  }
  const installedIn = whereInstalled(installation)
  const { subscriberId } = claims
  const error =
    // No link requests this scope without a subscriber, but Slack may grant scopes that were not
    // requested.
    subscriberId === null
      ? 'an incoming webhook that was not requested'
      : // The provider's URL is configurable, and must not make a backend call internal addresses.
        refuseValue(deps, WEBHOOK, { url })
  if (subscriberId !== null && error === null) {
    return { kind: 'webhook', claims, subscriberId, url, installedIn }
  }
  const outcome = {
    kind: 'code_refused',
    provider: provider.name,
    error: `invalid response: ${error}`,
  } as const
  return { kind: 'failed', outcome, codeSent: true, installedIn }
}

const WEBHOOK = 'webhook'

/**
 * Stores Slack's incoming webhook as an endpoint. It posts to one channel, and creates no
 * connection.
 */
export function storeWebhook(
  deps: Deps,
  { integration, provider }: LinkTarget,
  { claims, subscriberId, url }: WebhookAnswer,
  { linkId, verification }: Storing,
): LinkDecision {
  const fresh = freshRow(deps, integration.environmentId)
  const identifier = `chendp_${deps.random.identifier()}`
  const [type, contextKeys] = [WEBHOOK, [...claims.contextKeys]]
  const webhook = deps.store.endpoints.insert({
    ...fresh,
    integrationId: integration.id,
    identifier,
    connectionIdentifier: null,
    subscriberId,
    contextKeys,
    type,
    kind: 'destination',
    workspaceId: null,
    workspaceAlias: null,
    chatUserId: null,
    verification,
    verifiedAtMs: verification === 'none' ? null : fresh.createdAtMs,
    ...splitSecrets(type, { url }),
  })
  const contexts = contextsOfKeys(claims.contextKeys)
  const writes = [...contextWrites(deps, claims.environmentId, contexts), webhook]
  const linked: DomainEvent = {
    type: 'endpoint.linked',
    environmentId: claims.environmentId,
    subjectId: identifier,
    subscriberId,
    linkId,
    data: { integrationId: integration.id, connectionIdentifier: null, contextKeys, type },
  }
  const outcome = { kind: 'connected', provider: provider.name } as const
  return accept({ outcome, next: null }, { writes, events: [linked] })
}

/** Stores the connection that an installation or a consent creates or takes over. */
export async function storeInstallation(
  deps: Deps,
  target: LinkTarget,
  { claims, installation, answeredAtMs, pending }: InstallationAnswer,
  storing: Storing,
): Promise<LinkDecision> {
  const { linkId } = storing
  const { integration, provider } = target
  const { workspace } = installation
  const installed = await installConnection(deps, {
    environmentId: integration.environmentId,
    integrationId: integration.id,
    identifier: claims.connectionIdentifier,
    owner: {
      subscriberId: claims.shared ? null : claims.subscriberId,
      contextKeys: claims.contextKeys,
    },
    workspace: {
      workspaceId: workspace.id,
      workspaceName: workspace.name,
      botUserId: installation.botUserId,
    },
    auth: toStoredAuth(installation.tokens, answeredAtMs),
    pending,
    linkId,
  })
  if (installed.kind === 'other_workspace') {
    return wrongWorkspace(target, installed.existing, workspace)
  }
  const { value, change } = installed
  const { connection, replaced } = value
  const linked = await linkOfInstaller(deps, target, storing, {
    claims,
    connection,
    installation,
  })
  const { environmentId, identifier, contextKeys, workspaceId, workspaceName } = connection
  const event: DomainEvent = {
    type: 'connection.installed',
    environmentId,
    subjectId: identifier,
    subscriberId: connection.subscriberId,
    linkId,
    reason: pending === null ? (linked.refusal?.kind ?? null) : 'consent_pending',
    data: {
      integrationId: integration.id,
      contextKeys: [...contextKeys],
      workspaceId,
      workspaceName,
      ...(replaced !== null && connectionChanges(replaced, connection)),
      ...(pending !== null && { problem: pending.problem }),
      ...(linked.next !== null && { nextLinkId: linked.next.linkId }),
      ...(linked.refusal !== null && {
        endpointIdentifier: linked.refusal.existing.identifier,
      }),
    },
  }
  return accept(
    {
      outcome: {
        kind: 'connected',
        provider: provider.name,
        ...(pending !== null && { problem: pending.problem }),
        ...(linked.refusal !== null && { remark: linked.refusal.kind }),
      },
      next: linked.next,
    },
    {
      ...change,
      expects: [...change.expects, ...linked.expects],
      writes: [
        ...contextWrites(deps, claims.environmentId, contextsOfKeys(claims.contextKeys)),
        ...change.writes,
        ...linked.writes,
      ],
      // The link's own event is the first of it: by that its status is read.
      events: [event, ...change.events, ...linked.events],
    },
  )
}

/**
 * The workspace's identity-only connection, if the installation takes over the subscriber's
 * endpoints in it: those that belong to the owner of the new connection.
 */
async function findTakenOver(
  { store }: Pick<Deps, 'store'>,
  { integrationId, workspaceId, ...owner }: Connection,
  user: { subscriberId: string; contextKeys: readonly string[] },
): Promise<string | null> {
  const isOwn =
    (owner.subscriberId ?? user.subscriberId) === user.subscriberId &&
    JSON.stringify(owner.contextKeys) === JSON.stringify(user.contextKeys)
  if (!isOwn) return null
  return (await store.connections.findIdentityOnly(integrationId, workspaceId))?.identifier ?? null
}

/** What follows of an installation for the user who made it. */
type LinkOfInstaller = Omit<Change, 'jobs'> & {
  next: SignedLink | null
  /** Why they were not linked, which does not make the installation fail; null otherwise. */
  refusal: NotLinked | null
}

/** With `autoLinkUser`, the user who installs the app is also linked as the subscriber. */
async function linkOfInstaller(
  deps: Deps,
  target: LinkTarget,
  { linkId, verification }: Storing,
  installed: { claims: ConnectClaims; connection: Connection; installation: Installation },
): Promise<LinkOfInstaller> {
  const { claims, connection, installation } = installed
  const { autoLinkUser, subscriberId, contextKeys } = claims
  const { userId, workspace } = installation
  const nothing = { expects: [], writes: [], events: [], next: null, refusal: null }
  if (!autoLinkUser || subscriberId === null) return nothing
  const { integration, provider, app } = target
  const { identifier, workspaceId } = connection
  const linked =
    userId === null
      ? nothing
      : await linkEndpoint(deps, target, linkId, {
          subscriberId,
          contextKeys,
          identity: { userId, workspace },
          botInstallation: { kind: 'reachable' },
          verification,
          connectionIdentifier: identifier,
          takesOverFrom: await findTakenOver(deps, connection, { subscriberId, contextKeys }),
        })
  if ('existing' in linked) return { ...nothing, refusal: linked }
  // A consent does not identify the administrator, who is sent on to sign in.
  const next =
    provider.connect?.kind === 'admin_consent'
      ? signLink(
          deps,
          integration,
          {
            mode: 'link_user',
            subscriberId,
            connectionIdentifier: identifier,
            contextKeys,
            display: claims.display,
          },
          { provider, app, workspaceId, scope: null },
        )
      : null
  const { expects, writes, events } = linked
  return { expects, writes, events, next, refusal: null }
}
