import type { Deps } from '../../deps.ts'
import { conflict } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import { profileOf, type SubscriberAnswer, type SubscriberBody } from './model.ts'
import { presentSubscriber } from './present.ts'

/**
 * Creates a subscriber, or gives an existing one the fields that were sent. Throws 409 instead
 * where `failIfExists` is asked for.
 */
export async function upsertSubscriber(
  { store, random, clock }: Deps,
  caller: Caller,
  body: SubscriberBody,
  failIfExists: boolean,
): Promise<Answer<SubscriberAnswer>> {
  const { environmentId } = caller
  const subscriberId = body.subscriberId.trim()
  const sent = profileOf(body)
  const existing = await store.subscribers.find(environmentId, subscriberId)
  const message = `Subscriber with id "${subscriberId}" already exists`
  const taken = conflict('subscriber_exists', message)
  if (existing !== null && failIfExists) throw taken
  const nowMs = clock()
  const subscriber: Subscriber = {
    id: existing?.id ?? random.recordId(nowMs),
    environmentId,
    subscriberId,
    profile: { ...existing?.profile, ...sent },
    createdAtMs: existing?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  }
  return {
    status: 201,
    body: presentSubscriber(caller, subscriber),
    writes: [
      failIfExists
        ? store.subscribers.insert(subscriber)
        : store.subscribers.upsert(subscriber, sent),
    ],
    ifTaken: taken,
  }
}
