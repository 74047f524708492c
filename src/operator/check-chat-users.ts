import { type Finding, warning } from '../providers/diagnostics.ts'
import type { SharedChatUser } from '../store/endpoints/chat-users.ts'
import type { OperatorContext } from './action.ts'

/** Enough to begin with; doctor lists the next ones once these are resolved. */
const MAX_LISTED_ENDPOINTS = 100

const REMEDY =
  'An older version of latch allowed this. Find out whose account it is, then delete the endpoints ' +
  'of the others: DELETE /v1/channel-endpoints/{identifier}.'

const SAME_PERSON =
  'If these workspaces belong to one organisation, or are the organisation itself, this is one person.'

/** The chat users of an environment who are linked to several subscribers, by integration id. */
export async function findSharedChatUsers(
  { store }: Pick<OperatorContext, 'store'>,
  environmentId: string,
): Promise<(integrationId: string) => Finding[]> {
  const endpoints = await store.chatUsers.shared(environmentId, MAX_LISTED_ENDPOINTS)
  return (integrationId) => {
    const own = endpoints.filter((endpoint) => endpoint.integrationId === integrationId)
    return [...Map.groupBy(own, keyOf).values()].map(findingOf)
  }
}

const keyOf = ({ chatUserId, contextKeys }: SharedChatUser): string =>
  JSON.stringify([chatUserId, contextKeys])

function findingOf(endpoints: readonly SharedChatUser[]): Finding {
  const [first] = endpoints
  const workspaces = new Set(endpoints.map(({ workspaceId }) => workspaceId))
  const isOne = workspaces.size === 1
  const inContexts = first?.contextKeys.length ? ` in ${first.contextKeys.join(', ')}` : ''
  const linked = endpoints.map(({ subscriberId, identifier, workspaceId }) => {
    const where = isOne ? '' : ` in ${workspaceId ?? 'a workspace that is not known'}`
    return `${subscriberId}${where} (endpoint ${identifier})`
  })
  const ofWorkspace = isOne && first?.workspaceId != null ? ` of ${first.workspaceId}` : ''
  return warning(
    `the chat user ${first?.chatUserId}${ofWorkspace} is linked to several subscribers${inContexts}: ${linked.join(', ')}`,
    isOne ? REMEDY : `${SAME_PERSON} ${REMEDY}`,
  )
}
