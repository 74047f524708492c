import type { Caller } from '../../http/authenticate.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'
import type { SubscriberAnswer } from './model.ts'

/** A subscriber as Novu shows it. */
export function presentSubscriber(caller: Caller, subscriber: Subscriber): SubscriberAnswer {
  return {
    _id: subscriber.id,
    _organizationId: caller.organizationId,
    _environmentId: caller.environmentId,
    subscriberId: subscriber.subscriberId,
    ...subscriber.profile,
    deleted: false,
    createdAt: new Date(subscriber.createdAtMs).toISOString(),
    updatedAt: new Date(subscriber.updatedAtMs).toISOString(),
  }
}
