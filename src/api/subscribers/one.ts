import type { Deps } from '../../deps.ts'
import { notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import { presentPage, readPaging } from '../../http/list-query.ts'
import type { Answer } from '../../http/perform.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import {
  type PatchSubscriberBody,
  profileOf,
  type RemovedSubscriber,
  type SubscriberAnswer,
  type SubscriberList,
  type SubscribersQuery,
} from './model.ts'
import { presentSubscriber } from './present.ts'

async function find(
  { store }: Deps,
  { environmentId }: Caller,
  subscriberId: string,
): Promise<Subscriber> {
  const found = await store.subscribers.find(environmentId, subscriberId)
  if (found !== null) return found
  throw notFound('subscriber_not_found', `Subscriber: ${subscriberId} was not found`)
}

/** Throws 404. */
export const getSubscriber = async (
  deps: Deps,
  caller: Caller,
  subscriberId: string,
): Promise<SubscriberAnswer> => presentSubscriber(caller, await find(deps, caller, subscriberId))

/** A page of the environment's subscribers. */
export async function listSubscribers(
  { store }: Deps,
  caller: Caller,
  query: SubscribersQuery,
): Promise<SubscriberList> {
  const { environmentId } = caller
  const { subscriberId, email, phone, name } = query
  const filter = { environmentId, subscriberId, email, phone, name }
  const page = await store.subscribers.page(filter, readPaging(query))
  return presentPage(
    page,
    ({ id }) => id,
    (subscriber) => presentSubscriber(caller, subscriber),
  )
}

/** Changes the fields that are sent. Throws 404. */
export async function patchSubscriber(
  deps: Deps,
  caller: Caller,
  subscriberId: string,
  body: PatchSubscriberBody,
): Promise<Answer<SubscriberAnswer>> {
  const found = await find(deps, caller, subscriberId)
  const sent = profileOf(body)
  const profile = { ...found.profile, ...sent }
  const subscriber = { ...found, profile, updatedAtMs: deps.clock() }
  return {
    status: 200,
    body: presentSubscriber(caller, subscriber),
    writes: [deps.store.subscribers.upsert(subscriber, sent)],
  }
}

/** Takes the subscriber's endpoints along. Throws 404. */
export async function deleteSubscriber(
  deps: Deps,
  caller: Caller,
  subscriberId: string,
): Promise<Answer<RemovedSubscriber>> {
  const { id } = await find(deps, caller, subscriberId)
  return {
    status: 200,
    body: { acknowledged: true, status: 'deleted' },
    writes: [deps.store.subscribers.delete(id)],
  }
}
