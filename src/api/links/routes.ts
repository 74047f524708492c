import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { perform } from '../../http/perform.ts'
import { STATE_LIFETIME_MS } from '../../secrets/state.ts'
import { linkUser } from './link-user.ts'
import { LinkUserBody } from './model.ts'

export const links = (deps: ApiDeps) =>
  new Elysia({ name: 'links' }).use(api(deps, { category: 'global', access: 'links' })).post(
    '/v1/integrations/channel-endpoints/oauth',
    ({ body, caller, request, set }) =>
      // A repeated answer must not be a link that has expired.
      perform(
        deps,
        { request, body, caller, set },
        () => linkUser(deps, caller, body),
        STATE_LIFETIME_MS,
      ),
    { body: LinkUserBody },
  )
