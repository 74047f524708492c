import type { Providers } from '../../providers/create-providers.ts'
import type { Provider } from '../../providers/provider.ts'

/** The ids of a workspace and a user at a provider, in the spelling in which they are stored. */
export function storedSpelling(
  { endpoints, endpointOf }: Provider,
  workspaceId: string,
  userId: string,
): readonly [workspaceId: string, userId: string] {
  const value = endpointOf({ userId, workspace: { id: workspaceId, name: null } })
  const user = endpoints.person.chatUserOf(value, workspaceId)
  return [user.workspaceId ?? workspaceId, user.userId]
}

/** An id of a user or a workspace, in every spelling that a provider would store it in. */
export const chatIdSpellings = (providers: Providers, id: string): readonly string[] => [
  ...new Set([...providers.values()].flatMap((provider) => storedSpelling(provider, id, id))),
]
