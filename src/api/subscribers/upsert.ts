import type { Deps } from '../../deps.ts'
import { conflict } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import type { Subscriber } from '../../store/subscribers.ts'
import type { SubscriberAnswer, SubscriberBody } from './model.ts'
import { presentSubscriber } from './present.ts'

/**
 * Creates a subscriber, or gives an existing one the fields that were sent. Throws 409 instead
 * where `failIfExists` is asked for.
 */
export async function upsertSubscriber(
  { store, random, clock }: Deps,
  caller: Caller,
  { subscriberId: untrimmed, ...sent }: SubscriberBody,
  failIfExists: boolean,
): Promise<Answer<SubscriberAnswer>> {
  const { environmentId } = caller
  const subscriberId = untrimmed.trim()
  const existing = await store.subscribers.find(environmentId, subscriberId)
  if (existing !== null && failIfExists) {
    const message = `Subscriber with id "${subscriberId}" already exists`
    throw conflict('subscriber_exists', message)
  }
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
    writes: [store.subscribers.upsert(subscriber)],
  }
}
