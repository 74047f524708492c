import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { perform } from '../../http/perform.ts'
import { SubscriberBody, SubscriberQuery } from './model.ts'
import { createSubscriberOperation } from './operations.ts'
import { upsertSubscriber } from './upsert.ts'

export const subscribers = (deps: ApiDeps) =>
  new Elysia({ name: 'subscribers' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .post(
      '/v2/subscribers',
      ({ body, query, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          upsertSubscriber(deps, caller, body, query.failIfExists === 'true'),
        ),
      { body: SubscriberBody, query: SubscriberQuery, detail: createSubscriberOperation },
    )
