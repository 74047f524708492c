import { type Static, Type } from '@sinclair/typebox'
import { SubscriberInput } from '../../domain/subscribers/shape.ts'
import { type ApiError, notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Tag } from '../../http/declares.ts'
import type { Subscriber } from '../../store/subscribers/subscribers.ts'

export const SUBSCRIBERS: Tag = {
  name: 'Subscribers',
  description: 'Your users, identified by your own ids.',
}

export const SubscriberResponse = Type.Object(
  {
    _id: Type.String(),
    _organizationId: Type.String(),
    _environmentId: Type.String(),
    ...SubscriberInput.properties,
    deleted: Type.Boolean({ description: 'Always false.' }),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'SubscriberResponseDto' },
)
export type SubscriberResponse = Static<typeof SubscriberResponse>

export const SubscriberParams = Type.Object({
  subscriberId: Type.String({ minLength: 1, examples: ['subscriber-123'] }),
})

/** A subscriber as Novu returns it. */
export const presentSubscriber = (
  { organizationId, environmentId }: Caller,
  { id, subscriberId, profile, createdAtMs, updatedAtMs }: Subscriber,
): SubscriberResponse => ({
  _id: id,
  _organizationId: organizationId,
  _environmentId: environmentId,
  subscriberId,
  ...profile,
  deleted: false,
  createdAt: new Date(createdAtMs).toISOString(),
  updatedAt: new Date(updatedAtMs).toISOString(),
})

export const subscriberNotFound = (subscriberId: string): ApiError =>
  notFound('subscriber_not_found', `Subscriber: ${subscriberId} was not found`)
