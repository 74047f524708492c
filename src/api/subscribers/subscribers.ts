import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { createSubscribersInBulk } from './bulk.ts'
import { createSubscriber } from './create.ts'
import { deleteSubscriber } from './delete.ts'
import { getSubscriber } from './get.ts'
import { listSubscribers } from './list.ts'
import { updateSubscriber } from './update.ts'

/** Operations on subscribers: the customer's users, identified by its own ids. */
export const subscribers = (deps: ApiDeps) => (app: Api) =>
  app
    .use(listSubscribers(deps))
    .use(createSubscriber(deps))
    .use(createSubscribersInBulk(deps))
    .use(getSubscriber(deps))
    .use(updateSubscriber(deps))
    .use(deleteSubscriber(deps))
