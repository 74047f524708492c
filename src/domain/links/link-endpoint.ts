import type { UserVerification } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import type { BotInstallation, Identity } from '../../providers/provider.ts'
import type { Endpoint } from '../../store/endpoints/endpoints.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Change } from '../decision.ts'
import {
  chatUserColumns,
  type LinkedToAnother,
  requireOneSubscriber,
} from '../endpoints/chat-user.ts'
import { retryDelayMs } from '../retry-delay.ts'
import type { LinkOutcome } from './outcome.ts'
import type { LinkTarget } from './target.ts'

/** The identity of a subscriber, and the connection in which they are linked. */
type Linked = {
  subscriberId: string
  contextKeys: readonly string[]
  identity: Identity
  botInstallation: BotInstallation
  verification: UserVerification
  connectionIdentifier: string
  /** The connection from which the same change moves this subscriber's endpoint, if any. */
  takesOverFrom?: string | null
}

export type LinkedEndpointChange = Omit<Change, 'jobs'> & {
  kind: 'linked'
  linked: NonNullable<Extract<LinkOutcome, { kind: 'linked' }>['endpoint']>
}

/** The subscriber is linked as another chat user, whom only a proven session may replace. */
export type LinkedAsAnother = { kind: 'linked_as_another_user'; existing: Endpoint }

/** Why a user cannot be linked. */
export type NotLinked = LinkedToAnother | LinkedAsAnother

/**
 * The writes that link a subscriber, including a job for the bot if needed, and the event. Linking
 * again keeps the endpoint's identifier, which the event contains; if another link or installation
 * changed it meanwhile, the commit fails and is decided again. Refuses a chat user who is linked to
 * another subscriber. Refuses another chat user than before too, unless the app's session has proven
 * that the subscriber asks for it: a link alone must not redirect somebody's messages.
 */
export async function linkEndpoint(
  deps: Deps,
  { integration, provider }: LinkTarget,
  linkId: string,
  { subscriberId, identity, botInstallation, connectionIdentifier, ...linked }: Linked,
): Promise<LinkedEndpointChange | NotLinked> {
  const { endpoints } = deps.store
  const { takesOverFrom = null } = linked
  const { type } = provider.endpoints.person
  const endpoint = provider.endpointOf(identity)
  const fresh = freshRow(deps, integration.environmentId)
  const user = {
    kind: 'person',
    integrationId: integration.id,
    subscriberId,
    contextKeys: [...linked.contextKeys],
    type,
  } as const
  const before =
    (await endpoints.findSameUser({ ...user, connectionIdentifier })) ??
    (takesOverFrom === null
      ? null
      : await endpoints.findSameUser({ ...user, connectionIdentifier: takesOverFrom }))
  const { id, enterpriseId = id } = identity.workspace
  const workspace = { id: enterpriseId, alias: enterpriseId === id ? null : id }
  const chatUser = chatUserColumns(deps, { type, endpoint }, workspace)
  const only = await requireOneSubscriber(deps, { ...user, ...chatUser, connectionIdentifier })
  if (only.kind === 'linked_to_another_subscriber') return only
  const isSame = before !== null && isSameUser(deps, before, { type, endpoint })
  if (before !== null && !isSame && linked.verification !== 'session') {
    return { kind: 'linked_as_another_user', existing: before }
  }
  const identifier = before?.identifier ?? `chendp_${deps.random.identifier()}`
  const nextAttemptAtMs = fresh.createdAtMs + retryDelayMs(0)
  const { kind: _, ...row } = user
  const writes = endpoints.link({
    ...fresh,
    ...row,
    ...chatUser,
    verification: linked.verification,
    verifiedAtMs: linked.verification === 'none' ? null : fresh.createdAtMs,
    identifier,
    connectionIdentifier,
    endpoint,
    ...(botInstallation.kind === 'not_yet' && {
      botRetry: { problem: botInstallation.problem, nextAttemptAtMs },
    }),
  })
  const { environmentId } = integration
  return {
    kind: 'linked',
    linked: { identifier, linkedAtMs: fresh.updatedAtMs, isNew: !isSame },
    expects: only.expects,
    writes: [
      // The event must contain what this link replaces. Linking as the same person again changes
      // nothing, however often it happens at once.
      ...(before === null ? [] : [endpoints.expectValue(before)]),
      ...writes,
      endpoints.expectLinked({ environmentId, identifier, connectionIdentifier }),
    ],
    events: [
      {
        type: 'endpoint.linked',
        environmentId,
        subjectId: identifier,
        subscriberId,
        linkId,
        reason: botInstallation.kind === 'not_yet' ? 'not_reachable_yet' : null,
        data: {
          integrationId: integration.id,
          connectionIdentifier,
          contextKeys: [...linked.contextKeys],
          type,
          verification: linked.verification,
          ...(botInstallation.kind === 'not_yet' && { problem: botInstallation.problem }),
        },
        personal: { endpoint, ...(before !== null && { previousEndpoint: before.endpoint }) },
      },
    ],
  }
}

/** Compares the ids alone: both endpoints are in one connection, and so in one workspace. */
function isSameUser(
  deps: Pick<Deps, 'providers'>,
  one: Pick<Endpoint, 'type' | 'endpoint'>,
  other: Pick<Endpoint, 'type' | 'endpoint'>,
): boolean {
  const [first, second] = [one, other].map((each) => chatUserColumns(deps, each, null).chatUserId)
  return first !== null && first === second
}
