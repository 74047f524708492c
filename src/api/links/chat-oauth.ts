import type { Deps } from '../../deps.ts'
import { badRequest } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import { connect } from './connect.ts'
import { linkUser } from './link-user.ts'
import type { ChatOAuthBody, OAuthUrl } from './model.ts'

/** Novu's deprecated route: one or the other of the two that took its place, by `mode`. */
export async function chatOAuth(
  deps: Deps,
  caller: Caller,
  { mode, subscriberId, ...body }: ChatOAuthBody,
): Promise<Answer<OAuthUrl>> {
  if (mode !== 'link_user') {
    return connect(deps, caller, { ...body, ...(subscriberId !== undefined && { subscriberId }) })
  }
  if (!subscriberId) {
    throw badRequest('subscriber_required', 'subscriberId is required for link_user mode')
  }
  return linkUser(deps, caller, { ...body, subscriberId })
}
