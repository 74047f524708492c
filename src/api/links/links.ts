import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { chatOAuth } from './chat-oauth.ts'
import { connect } from './connect.ts'
import { getLink } from './get.ts'
import { linkUser } from './link-user.ts'

/**
 * The operations that make links, and the one that tells what became of them. A link is repeated for the
 * same `Idempotency-Key` for as long as it lives, and no longer: none may be expired when it arrives.
 */
export const links = (deps: ApiDeps) => (app: Api) =>
  app.use(linkUser(deps)).use(connect(deps)).use(chatOAuth(deps)).use(getLink(deps))
