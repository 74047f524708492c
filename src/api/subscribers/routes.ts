import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { api } from '../../http/api.ts'
import { SubscriberBody, SubscriberQuery } from './model.ts'
import { upsertSubscriber } from './upsert.ts'

export const subscribers = (deps: Deps) =>
  new Elysia({ name: 'subscribers' }).use(api(deps)).post(
    '/v2/subscribers',
    async ({ body, query, caller, set }) => {
      const subscriber = await upsertSubscriber(deps, caller, body, query.failIfExists === 'true')
      set.status = 201
      return subscriber
    },
    { body: SubscriberBody, query: SubscriberQuery },
  )
