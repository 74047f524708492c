import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { api } from '../../http/api.ts'
import { linkUser } from './link-user.ts'
import { LinkUserBody } from './model.ts'

export const links = (deps: Deps) =>
  new Elysia({ name: 'links' }).use(api(deps)).post(
    '/v1/integrations/channel-endpoints/oauth',
    async ({ body, caller, set }) => {
      const link = await linkUser(deps, caller, body)
      set.status = 201
      return link
    },
    { body: LinkUserBody },
  )
