import type { Deps } from '../../deps.ts'
import type { BotInstallation, IdentifyOutcome, Identity } from '../../providers/provider.ts'
import type { Proofs } from '../../secrets/proofs.ts'
import type { Connection } from '../../store/connections/connection-rows.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Write } from '../../store/writer/writes.ts'
import { IDENTITY_ONLY } from '../connections/auth.ts'
import { connectionEvent } from '../connections/event.ts'
import { contextsOfKeys, contextWrites } from '../contexts/payload.ts'
import { accept } from '../decision.ts'
import { callbackUrl } from './addresses.ts'
import { linkEndpoint } from './link-endpoint.ts'
import type {
  FailedAnswer,
  FailedOutcome,
  LinkDecision,
  Storing,
  UserAnswer,
  UserClaims,
} from './outcome.ts'
import { readIdentity } from './shape.ts'
import type { LinkTarget } from './target.ts'
import { needsConfirmation } from './verification.ts'

/** The maximum time that a user waits for the installation of the bot. */
const MAX_BOT_WAIT_MS = 5000

/** Asks the provider who the user is. Sends the code exactly once. */
export async function identifyUser(
  deps: Deps,
  { claims, proofs }: { claims: UserClaims; proofs: Proofs },
  target: LinkTarget,
  code: string,
): Promise<UserAnswer | FailedAnswer> {
  const { provider, app, connection } = target
  const answer = await provider.identify({
    app,
    code,
    redirectUri: callbackUrl(deps.config),
    protocol: claims.protocol,
    codeVerifier: proofs.codeVerifier,
    nonce: proofs.nonce,
    workspaceId: connection?.workspaceId ?? null,
    needsName: needsConfirmation(deps, target, claims),
  })
  if (answer.kind !== 'identified') return failedAnswer(target, answer)
  const read = readIdentity(answer.identity)
  if (read.kind === 'refused') return failedAnswer(target, read)
  const { value: identity } = read
  const wrong = refuseOtherWorkspace(target, identity)
  if (wrong !== null) return { kind: 'failed', outcome: wrong, codeSent: true }
  return { kind: 'user', claims, identity }
}

/**
 * Stores a subscriber's identity at the provider, and a connection for a workspace that has none.
 */
export async function storeUser(
  deps: Deps,
  target: LinkTarget,
  { claims, identity }: UserAnswer,
  { linkId, verification, botInstallation }: Storing,
): Promise<LinkDecision> {
  const { integration, provider } = target
  // The connection's workspace may have changed since the user was identified.
  const wrong = refuseOtherWorkspace(target, identity)
  if (wrong !== null) return wrong
  const through = await connectionFor(deps, target, { claims, identity })
  const endpoint = await linkEndpoint(deps, target, linkId, {
    ...claims,
    identity,
    botInstallation,
    verification,
    connectionIdentifier: through.connection.identifier,
  })
  if (endpoint.kind !== 'linked') {
    const { identifier } = endpoint.existing
    return { kind: endpoint.kind, provider: provider.name, endpointIdentifier: identifier }
  }
  const contexts = contextsOfKeys(claims.contextKeys)
  const outcome = {
    kind: 'linked',
    provider: provider.name,
    reach: botInstallation.kind,
    endpoint: endpoint.linked,
  } as const
  const { connections } = deps.store
  const created = through.isNew
    ? {
        writes: connections.insert(through.connection, { accessToken: IDENTITY_ONLY }),
        events: [connectionEvent('connection.created', through.connection, { linkId })],
      }
    : { writes: [], events: [] }
  return accept(
    { outcome },
    {
      expects: [through.expects, ...endpoint.expects],
      writes: [
        ...contextWrites(deps, integration.environmentId, contexts),
        ...created.writes,
        ...endpoint.writes,
      ],
      events: [...created.events, ...endpoint.events],
    },
  )
}

/** The connection in which a user is linked, and what must still be true of it at the commit. */
type Through = { connection: Connection; isNew: boolean; expects: Write }

/**
 * The connection that the link names; otherwise the one that the user may use of their workspace, or
 * of the organisation that it belongs to; otherwise a new identity-only one.
 */
async function connectionFor(
  deps: Deps,
  target: LinkTarget,
  { claims, identity }: Pick<UserAnswer, 'claims' | 'identity'>,
): Promise<Through> {
  const { connections } = deps.store
  const { connection: named } = target
  if (named !== null) {
    return { connection: named, isNew: false, expects: connections.expectInWorkspace(named) }
  }
  const integrationId = target.integration.id
  const { id, enterpriseId } = identity.workspace
  for (const workspaceId of enterpriseId === undefined ? [id] : [id, enterpriseId]) {
    const connection = await connections.findForUser({ integrationId, workspaceId }, claims)
    if (connection === null) continue
    const expects = connections.expectForUser({ integrationId, workspaceId }, claims, connection)
    return { connection, isNew: false, expects }
  }
  // Of users who link from a new workspace at the same moment, the first creates its connection.
  const expects = connections.expectForUser({ integrationId, workspaceId: id }, claims, null)
  return { connection: identityConnection(deps, target, identity), isNew: true, expects }
}

/** The outcome of a code that did not identify a user, for either protocol. */
export function failedAnswer(
  { provider }: LinkTarget,
  answer: Exclude<IdentifyOutcome, { kind: 'identified' }>,
): FailedAnswer {
  if (answer.kind === 'refused') {
    const outcome = { kind: 'code_refused', provider: provider.name, error: answer.error } as const
    return { kind: 'failed', outcome, codeSent: true }
  }
  const problem = answer.reason
  const outcome = { kind: 'provider_unavailable', provider: provider.name, problem } as const
  return { kind: 'failed', outcome, codeSent: answer.codeSent }
}

/** Nothing is stored about a user from a different workspace than the connection's. */
export const wrongWorkspace = (
  { provider }: LinkTarget,
  connection: Connection,
  actual: { id: string; name: string | null },
): Extract<FailedOutcome, { kind: 'wrong_workspace' }> => ({
  kind: 'wrong_workspace',
  provider: provider.name,
  expected: connection.workspaceName ?? connection.workspaceId,
  actual: actual.name ?? actual.id,
})

/**
 * Refuses a user who is neither in the workspace of the connection that the link names, nor in the
 * organisation that installed the app.
 */
function refuseOtherWorkspace(
  target: LinkTarget,
  { workspace }: Identity,
): Extract<FailedOutcome, { kind: 'wrong_workspace' }> | null {
  const { connection } = target
  if (connection === null || connection.workspaceId === workspace.id) return null
  if (connection.workspaceId === workspace.enterpriseId) return null
  return wrongWorkspace(target, connection, workspace)
}

/**
 * Installs the bot in the user's chat, if the provider needs one. Storing the identity must not
 * wait long for it: if it takes too long, the background job continues.
 */
export async function installBotInTime(
  { sleep }: Deps,
  { provider, app }: LinkTarget,
  identity: Identity,
): Promise<BotInstallation> {
  if (provider.installBot === null) return { kind: 'reachable' }
  const late = sleep(MAX_BOT_WAIT_MS).then(
    (): BotInstallation => ({ kind: 'not_yet', problem: 'The provider is slow to respond' }),
  )
  return Promise.race([provider.installBot(app, provider.endpointOf(identity)), late])
}

/** An identity-only connection for a workspace that is new to the integration. */
const identityConnection = (
  deps: Deps,
  { integration }: LinkTarget,
  { workspace }: Identity,
): Connection => ({
  ...freshRow(deps, integration.environmentId),
  integrationId: integration.id,
  identifier: `chconn_${deps.random.identifier()}`,
  subscriberId: null,
  contextKeys: [],
  workspaceId: workspace.id,
  workspaceName: workspace.name,
  botUserId: null,
  origin: 'identity',
  adminProblem: null,
})
