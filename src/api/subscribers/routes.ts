import { Elysia } from 'elysia'
import { api } from '../../http/api.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { jsonBody } from '../../http/json-body.ts'
import { perform } from '../../http/perform.ts'
import { bulkSubscribers } from './bulk.ts'
import {
  BulkSubscribersBody,
  PatchSubscriberBody,
  SubscriberBody,
  SubscriberParams,
  SubscriberQuery,
  SubscribersQuery,
} from './model.ts'
import { deleteSubscriber, getSubscriber, listSubscribers, patchSubscriber } from './one.ts'
import * as operations from './operations.ts'
import { upsertSubscriber } from './upsert.ts'

const ONE = '/v2/subscribers/:subscriberId'

export const subscribers = (deps: ApiDeps) =>
  new Elysia({ name: 'subscribers' })
    .use(api(deps, { category: 'configuration', access: 'resources' }))
    .get('/v2/subscribers', ({ query, caller }) => listSubscribers(deps, caller, query), {
      query: SubscribersQuery,
      detail: operations.listSubscribers,
    })
    .post(
      '/v2/subscribers',
      ({ body, query, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          upsertSubscriber(deps, caller, body, query.failIfExists === 'true'),
        ),
      { ...jsonBody(SubscriberBody), query: SubscriberQuery, detail: operations.createSubscriber },
    )
    .post(
      '/v1/subscribers/bulk',
      ({ body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () => bulkSubscribers(deps, caller, body)),
      { ...jsonBody(BulkSubscribersBody), detail: operations.bulkSubscribers },
    )
    .get(ONE, ({ params, caller }) => getSubscriber(deps, caller, params.subscriberId), {
      params: SubscriberParams,
      detail: operations.getSubscriber,
    })
    .patch(
      ONE,
      ({ params, body, caller, request, set }) =>
        perform(deps, { request, body, caller, set }, () =>
          patchSubscriber(deps, caller, params.subscriberId, body),
        ),
      {
        params: SubscriberParams,
        ...jsonBody(PatchSubscriberBody),
        detail: operations.patchSubscriber,
      },
    )
    .delete(
      ONE,
      ({ params, caller, request, set }) =>
        perform(deps, { request, body: null, caller, set }, () =>
          deleteSubscriber(deps, caller, params.subscriberId),
        ),
      { params: SubscriberParams, detail: operations.deleteSubscriber },
    )
