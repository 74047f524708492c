import type { Deps } from '../../deps.ts'
import { chatUserOf } from '../../providers/declared.ts'
import type { Endpoint, EndpointRow } from '../../store/endpoints/endpoints.ts'
import type { Write } from '../../store/writer/writes.ts'

/** The columns of an endpoint that say for which chat user it stands; null for a destination. */
type ChatUserColumns = Pick<Endpoint, 'workspaceId' | 'chatUserId'>

/** The chat user is linked to another subscriber of the same contexts. */
export type LinkedToAnother = { kind: 'linked_to_another_subscriber'; existing: EndpointRow }

/** Reads the chat user of an endpoint's value. `workspaceId`: where it is used, if that is known. */
export function chatUserColumns(
  { providers }: Pick<Deps, 'providers'>,
  { type, endpoint }: Pick<Endpoint, 'type' | 'endpoint'>,
  workspaceId: string | null,
): ChatUserColumns {
  const user = chatUserOf(providers, { type, value: endpoint }, workspaceId)
  return { workspaceId: user?.workspaceId ?? null, chatUserId: user?.userId ?? null }
}

/**
 * One chat user belongs to one subscriber of an integration's contexts; otherwise nobody could say
 * who is speaking. Returns what the commit must expect for that, or the endpoint of the other
 * subscriber. `workspaceAliases`: other ids of the endpoint's workspace.
 */
export async function requireOneSubscriber(
  { store }: Pick<Deps, 'store'>,
  endpoint: Pick<
    Endpoint,
    'integrationId' | 'contextKeys' | 'subscriberId' | 'connectionIdentifier'
  > &
    ChatUserColumns,
  workspaceAliases: readonly string[] = [],
): Promise<{ kind: 'one_subscriber'; expects: readonly Write[] } | LinkedToAnother> {
  const { chatUserId, workspaceId } = endpoint
  if (chatUserId === null) return { kind: 'one_subscriber', expects: [] }
  const workspaceIds = [...(workspaceId === null ? [] : [workspaceId]), ...workspaceAliases]
  const claim = { ...endpoint, chatUserId, workspaceIds }
  const existing = await store.chatUsers.findOther(claim)
  return existing === null
    ? { kind: 'one_subscriber', expects: [store.chatUsers.expectNoOther(claim)] }
    : { kind: 'linked_to_another_subscriber', existing }
}
