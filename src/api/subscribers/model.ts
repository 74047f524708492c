import { type Static, Type } from '@sinclair/typebox'
import { listOf } from '../../http/list-of.ts'
import { LIST_PARAMETERS } from '../../http/list-query.ts'
import { openObject } from '../../http/open-object.ts'

const PROFILE = {
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
}

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
    ...PROFILE,
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

/** What is kept of a body: the profile, and nothing that it says beside. */
export function profileOf(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(PROFILE).flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])),
  )
}

export const PatchSubscriberBody = openObject(PROFILE, { title: 'PatchSubscriberRequestDto' })
export type PatchSubscriberBody = Static<typeof PatchSubscriberBody>

export const SubscriberParams = Type.Object({
  subscriberId: Type.String({ minLength: 1, examples: ['subscriber-123'] }),
})

export const SubscribersQuery = openObject({
  ...LIST_PARAMETERS,
  orderBy: Type.Optional(
    Type.Union([Type.Literal('_id'), Type.Literal('createdAt'), Type.Literal('updatedAt')]),
  ),
  subscriberId: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ description: 'A part of first and last name, in any case.' })),
})
export type SubscribersQuery = Static<typeof SubscribersQuery>

export const SubscriberList = listOf(SubscriberAnswer, 'ListSubscribersResponseDto')
export type SubscriberList = Static<typeof SubscriberList>

export const RemovedSubscriber = Type.Object(
  { acknowledged: Type.Boolean(), status: Type.String() },
  { title: 'RemoveSubscriberResponseDto' },
)
export type RemovedSubscriber = Static<typeof RemovedSubscriber>

export const BulkSubscribersBody = openObject(
  {
    subscribers: Type.Array(Type.Unknown(), {
      maxItems: 500,
      whenWrong: 'subscribers must contain no more than 500 elements',
    }),
  },
  { title: 'BulkSubscriberCreateDto' },
)
export type BulkSubscribersBody = Static<typeof BulkSubscribersBody>

const named = Type.Array(Type.Object({ subscriberId: Type.String() }))
export const BulkSubscribers = Type.Object(
  {
    updated: named,
    created: named,
    failed: Type.Array(
      Type.Object({ message: Type.String(), subscriberId: Type.Optional(Type.String()) }),
    ),
  },
  { title: 'BulkCreateSubscriberResponseDto' },
)
export type BulkSubscribers = Static<typeof BulkSubscribers>
