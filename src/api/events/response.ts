import { Type } from '@sinclair/typebox'
import type { PresentedEvent } from '../../domain/events/present.ts'
import { type AnyEventDefinition, EVENTS } from '../../domain/events/registry.ts'
import type { Tag } from '../../http/declares.ts'

/** The section of the API's description. */
export const EVENT_LOG: Tag = {
  name: 'Events',
  description: 'What happened, in order: who was linked, and who changed what.',
}

const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

/** What every event has. */
const common = {
  id: Type.String({
    description: 'Greater with every event, by its number.',
    examples: ['evt_42'],
  }),
  createdAt: Type.String({ format: 'date-time' }),
  subject: Type.String({
    description: 'What it is about: a kind, and an identifier of that kind.',
    examples: ['endpoint:chendp_3fJq8sVb1TzK'],
  }),
  actor: Type.String({
    description: 'Who caused it: an API key, a command, a callback (by its request id), or a job.',
    examples: ['api_key:65f0c1d2e3a4b5c6d7e8f901'],
  }),
  subscriberId: orNull('Whom it is about; null where it is about nobody, or they were erased.'),
  linkId: orNull('The link that it belongs to.'),
  reason: orNull('Why, where something failed or was refused.'),
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
        description: 'Facts about the subscriber; null where there are none, or they were erased.',
      }),
    },
    { title: titleOf(type), description },
  )

/** Every kind of event, told apart by its `type`. */
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
      description: 'For `after`, to read on from here; also where nothing has happened since.',
      examples: ['evt_42'],
    }),
  },
  { title: 'ListEventsResponseDto' },
)
