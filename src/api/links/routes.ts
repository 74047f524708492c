import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { jsonBody } from '../../http/json-body.ts'
import { perform } from '../../http/perform.ts'
import { STATE_LIFETIME_MS } from '../../secrets/state.ts'
import { chatOAuth } from './chat-oauth.ts'
import { connect } from './connect.ts'
import { linkUser } from './link-user.ts'
import { ChatOAuthBody, ConnectBody, LinkUserBody } from './model.ts'
import { chatOAuthOperation, connectOperation, linkUserOperation } from './operations.ts'

const REPEATED = { lifetimeMs: STATE_LIFETIME_MS }

/** Answers are repeated for as long as a link lives, and no longer: none may be dead on arrival. */
export const links = (deps: ApiDeps) =>
  new Elysia({ name: 'links' })
    .use(api(deps, { category: 'global', access: 'links' }))
    .post(
      '/v1/integrations/channel-endpoints/oauth',
      ({ body, caller, request, set }) => {
        const call = { request, body, caller, set }
        return perform(deps, call, () => linkUser(deps, caller, body), REPEATED)
      },
      { ...jsonBody(LinkUserBody), detail: linkUserOperation },
    )
    .post(
      '/v1/integrations/channel-connections/oauth',
      ({ body, caller, request, set }) => {
        const call = { request, body, caller, set }
        return perform(deps, call, () => connect(deps, caller, body), REPEATED)
      },
      { ...jsonBody(ConnectBody), detail: connectOperation },
    )
    .post(
      '/v1/integrations/chat/oauth',
      ({ body, caller, request, set }) => {
        const call = { request, body, caller, set }
        return perform(deps, call, () => chatOAuth(deps, caller, body), REPEATED)
      },
      { ...jsonBody(ChatOAuthBody), detail: chatOAuthOperation },
    )
