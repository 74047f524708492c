import type { Deps } from '../../deps.ts'
import type { Installation } from '../../providers/provider.ts'
import type { Proofs } from '../../secrets/proofs.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import { freshRow } from '../../store/fresh-row.ts'
import { toStoredAuth } from '../connections/auth.ts'
import { connectedAgain, connectionChanges } from '../connections/event.ts'
import { installConnection } from '../connections/install.ts'
import { contextsOfKeys, contextWrites } from '../contexts/payload.ts'
import { accept, type Change } from '../decision.ts'
import { refuseValue, splitSecrets } from '../endpoints/types.ts'
import type { DomainEvent } from '../events/registry.ts'
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
import { proveAdmin } from './prove-admin.ts'
import { readInstallation } from './shape.ts'
import { otherOwners, storeForApproval } from './store-consent.ts'
import type { LinkTarget } from './target.ts'

type ConnectState = { claims: ConnectClaims; proofs: Proofs }
type ConnectAnswer = InstallationAnswer | WebhookAnswer | FailedAnswer

/** Asks the provider what was installed, or who has signed in after a consent. */
export async function connectWorkspace(
  deps: Deps,
  state: ConnectState,
  target: LinkTarget,
  code: string,
): Promise<ConnectAnswer> {
  const { connect } = target.provider
  if (connect?.kind === 'admin_consent') return proveAdmin(deps, state, target, { connect, code })
  if (connect === null) throw new Error(`${target.provider.id} cannot be connected`)
  const answer = await connect.install({
    app: target.app,
    code,
    redirectUri: callbackUrl(deps.config),
    codeVerifier: state.proofs.codeVerifier,
  })
  if (answer.kind !== 'installed') return failedAnswer(target, answer)
  const read = readInstallation(answer.installation)
  return read.kind === 'valid'
    ? installationAnswer(deps, target, state.claims, read.value)
    : failedAnswer(target, read)
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
    return {
      kind: 'installation',
      claims,
      installation,
      answeredAtMs,
      pending: null,
      adminProblem: null,
    }
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
  return accept({ outcome }, { writes, events: [linked] })
}

/** Stores the connection that an installation or a consent creates or takes over. */
export async function storeInstallation(
  deps: Deps,
  target: LinkTarget,
  answer: InstallationAnswer,
  storing: Storing,
): Promise<LinkDecision> {
  const { linkId } = storing
  const { integration, provider } = target
  const { claims, installation, answeredAtMs, pending, adminProblem } = answer
  const { workspace } = installation
  const install = {
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
  }
  if (adminProblem !== null) {
    return storeForApproval(deps, target, { claims, install, adminProblem })
  }
  const installed = await installConnection(deps, install)
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
  const others = await otherOwners(deps, target, connection)
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
        ...(others.length > 0 && { hasOtherOwner: true }),
      },
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
      events: [
        event,
        ...change.events,
        ...linked.events,
        ...others.map((other) => connectedAgain(other, { linkId, other: connection })),
      ],
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
  const nothing = { expects: [], writes: [], events: [], refusal: null }
  if (!autoLinkUser || subscriberId === null || userId === null) return nothing
  const linked = await linkEndpoint(deps, target, linkId, {
    subscriberId,
    contextKeys,
    identity: { userId, workspace },
    // A job installs it: the app's permissions may take effect only later.
    botInstallation:
      target.provider.installBot === null
        ? { kind: 'reachable' }
        : { kind: 'not_yet', problem: 'The bot is about to be installed' },
    verification,
    connectionIdentifier: connection.identifier,
    takesOverFrom: await findTakenOver(deps, connection, { subscriberId, contextKeys }),
  })
  if ('existing' in linked) return { ...nothing, refusal: linked }
  const { expects, writes, events } = linked
  return { expects, writes, events, refusal: null }
}
