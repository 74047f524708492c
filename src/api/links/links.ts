import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { chatOAuth } from './chat-oauth.ts'
import { completeLinkOfSession } from './complete.ts'
import { connect } from './connect.ts'
import { getLink } from './get.ts'
import { linkUser } from './link-user.ts'

/**
 * The operations that create links, the one by which an app says who is signed in, and the one that
 * returns their status. A link is replayed for the
 * same `Idempotency-Key` only as long as it is valid, so that no expired link is returned.
 */
export const links = (deps: ApiDeps) => (app: Api) =>
  app
    .use(linkUser(deps))
    .use(connect(deps))
    .use(chatOAuth(deps))
    .use(completeLinkOfSession(deps))
    .use(getLink(deps))
