import { Type } from '@sinclair/typebox'
import type { PresentedEvent } from '../../domain/events/present.ts'
import { type AnyEventDefinition, EVENTS } from '../../domain/events/registry.ts'
import type { Tag } from '../../http/declares.ts'

/** The section of the API description. */
export const EVENT_LOG: Tag = {
  name: 'Events',
  description: 'What happened, in order: who was linked, and who changed what.',
}

const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

/** The properties of every event. */
const common = {
  id: Type.String({
    description: 'The number after `evt_` grows with every event.',
    examples: ['evt_42'],
  }),
  createdAt: Type.String({ format: 'date-time' }),
  subject: Type.String({
    description: 'What the event is about: a kind, and an identifier of that kind.',
    examples: ['endpoint:chendp_3fJq8sVb1TzK'],
  }),
  actor: Type.String({
    description: 'Who caused it: an API key, a command, a callback (by its request id), or a job.',
    examples: ['api_key:65f0c1d2e3a4b5c6d7e8f901'],
  }),
  subscriberId: orNull(
    'The subscriber that the event is about; null if there is none, or if they were erased.',
  ),
  linkId: orNull('The link that the event belongs to.'),
  reason: orNull('Why something failed or was refused.'),
}

/** `endpoint.linked` is described as `EndpointLinkedEvent`. */
const titleOf = (type: string): string =>
  `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Event`

const answerOf = (type: string, { description, data, personal }: AnyEventDefinition) =>
  Type.Object(
    {
      ...common,
      type: Type.Literal(type, { description }),
      data,
      personal: Type.Union([personal, Type.Null()], {
        description: 'Data about the subscriber; null if there is none, or if they were erased.',
      }),
    },
    { title: titleOf(type), description },
  )

/** Any event, discriminated by its `type`. */
const AnyEvent = Type.Unsafe<PresentedEvent>(
  Type.Union(
    [...EVENTS].map(([type, definition]) => answerOf(type, definition)),
    { discriminator: { propertyName: 'type' } },
  ),
)

export const EventsResponse = Type.Object(
  {
    data: Type.Array(AnyEvent),
    next: Type.String({
      description:
        'Pass it as `after` to continue from here. Present even if there are no more events yet.',
      examples: ['evt_42'],
    }),
  },
  { title: 'ListEventsResponseDto' },
)
