import { type Static, Type } from '@sinclair/typebox'
import { openObject } from '../../http/open-object.ts'

export const SubscriberBody = openObject(
  {
    subscriberId: Type.String({
      pattern: '^\\s*([A-Za-z0-9_-]+|[^\\s@]+@[^\\s@]+\\.[^\\s@]+)\\s*$',
      maxLength: 256,
      whenWrong:
        'SubscriberId must be a valid email address or a string of alphanumeric characters, ' +
        'hyphens, and underscores',
      examples: ['subscriber-123'],
    }),
    firstName: Type.Optional(Type.String()),
    lastName: Type.Optional(Type.String()),
    email: Type.Optional(
      Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', whenWrong: 'email must be an email' }),
    ),
    phone: Type.Optional(Type.String()),
    avatar: Type.Optional(Type.String()),
    locale: Type.Optional(Type.String()),
    timezone: Type.Optional(Type.String()),
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { title: 'CreateSubscriberRequestDto' },
)
export type SubscriberBody = Static<typeof SubscriberBody>

export const SubscriberQuery = openObject({
  failIfExists: Type.Optional(
    Type.String({ description: '`true`: answer 409 where the subscriber exists.' }),
  ),
})

export const SubscriberAnswer = Type.Object(
  {
    _id: Type.String(),
    _organizationId: Type.String(),
    _environmentId: Type.String(),
    ...SubscriberBody.properties,
    deleted: Type.Boolean({ description: 'Always false.' }),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'SubscriberResponseDto' },
)
export type SubscriberAnswer = Static<typeof SubscriberAnswer>
