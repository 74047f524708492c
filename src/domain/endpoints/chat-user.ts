import type { Deps } from '../../deps.ts'
import { chatUserOf } from '../../providers/declared.ts'
import type { ChatUserColumns, Endpoint, EndpointRow } from '../../store/endpoints/endpoints.ts'
import type { Write } from '../../store/writer/writes.ts'

/** The chat user is linked to another subscriber of the same contexts. */
export type LinkedToAnother = { kind: 'linked_to_another_subscriber'; existing: EndpointRow }

/** A workspace, and the other id that it has, if any: see the columns of `channelEndpoints`. */
type Workspace = { id: string; alias: string | null }

/** Reads the chat user of an endpoint's value. `workspace`: where it is used, if that is known. */
export function chatUserColumns(
  { providers }: Pick<Deps, 'providers'>,
  { type, endpoint }: Pick<Endpoint, 'type' | 'endpoint'>,
  workspace: Workspace | null,
): ChatUserColumns {
  const user = chatUserOf(providers, { type, value: endpoint }, workspace?.id ?? null)
  const { userId = null, workspaceId = null } = user ?? {}
  // The value itself can name another workspace, which does not have this alias.
  const hasAlias = workspaceId !== null && workspaceId === workspace?.id
  return { chatUserId: userId, workspaceId, workspaceAlias: hasAlias ? workspace.alias : null }
}

/**
 * One chat user belongs to one subscriber of an integration's contexts; otherwise nobody could say
 * who is speaking. Returns what the commit must expect for that, or the endpoint of the other
 * subscriber.
 */
export async function requireOneSubscriber(
  { store }: Pick<Deps, 'store'>,
  endpoint: Pick<
    Endpoint,
    'integrationId' | 'contextKeys' | 'subscriberId' | 'connectionIdentifier'
  > &
    ChatUserColumns,
): Promise<{ kind: 'one_subscriber'; expects: readonly Write[] } | LinkedToAnother> {
  const { chatUserId, workspaceId, workspaceAlias } = endpoint
  if (chatUserId === null) return { kind: 'one_subscriber', expects: [] }
  const workspaceIds = [workspaceId, workspaceAlias].filter((id) => id !== null)
  const claim = { ...endpoint, chatUserId, workspaceIds }
  const existing = await store.chatUsers.findOther(claim)
  return existing === null
    ? { kind: 'one_subscriber', expects: [store.chatUsers.expectNoOther(claim)] }
    : { kind: 'linked_to_another_subscriber', existing }
}
