import type { Deps } from '../../deps.ts'
import type { BotInstallation, Identity } from '../../providers/provider.ts'
import type { LinkedThrough } from '../../store/endpoints/endpoints.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Change } from '../decision.ts'
import { retryDelayMs } from '../retry-delay.ts'
import type { LinkTarget } from './target.ts'

/** Who a subscriber turned out to be, and the connection that they are linked in. */
type Linked = {
  subscriberId: string
  contextKeys: readonly string[]
  identity: Identity
  botInstallation: BotInstallation
  through: LinkedThrough
  /** What `through` comes to, as things are now. */
  connectionIdentifier: string
  /** The connection whose endpoint of this subscriber the same change moves into that one, if any. */
  takesOverFrom?: string | null
}

/**
 * The endpoint by which a subscriber is known at the provider, a retry where it is needed, and the
 * event. Linking again keeps the endpoint's identifier, which the event names; where others have
 * linked or connected since it was read, the commit fails and is decided again.
 */
export async function linkEndpoint(
  deps: Deps,
  { integration, provider }: LinkTarget,
  linkId: string,
  { subscriberId, identity, botInstallation, through, connectionIdentifier, ...linked }: Linked,
): Promise<Pick<Change, 'writes' | 'events'>> {
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
  const identifier = before?.identifier ?? `chendp_${deps.random.identifier()}`
  const nextAttemptAtMs = fresh.createdAtMs + retryDelayMs(0)
  const { kind: _, ...row } = user
  const writes = endpoints.link(
    {
      ...fresh,
      ...row,
      identifier,
      endpoint,
      ...(botInstallation.kind === 'not_yet' && {
        botRetry: { problem: botInstallation.problem, nextAttemptAtMs },
      }),
    },
    through,
  )
  const { environmentId } = integration
  return {
    writes: [
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
          ...(botInstallation.kind === 'not_yet' && { problem: botInstallation.problem }),
        },
        personal: { endpoint },
      },
    ],
  }
}
