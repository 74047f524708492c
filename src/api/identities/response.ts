import { type Static, Type } from '@sinclair/typebox'
import type { AmbiguousIdentity, LookedUp } from '../../domain/identities/look-up.ts'
import { type ApiError, conflict, notFound, refusedFields } from '../../http/api-error.ts'
import type { Tag } from '../../http/declares.ts'
import type { LinkedSubscriber } from '../../store/endpoints/identities.ts'

export const IDENTITIES: Tag = {
  name: 'Identities',
  description:
    'The subscriber of a chat user whom a bot meets. See the guide [Who is speaking?](/docs/identities)',
}

export const Identity = Type.Object(
  {
    subscriberId: Type.String(),
    integrationIdentifier: Type.String(),
    contextKeys: Type.Array(Type.String()),
    connectionIdentifier: Type.Union([Type.String(), Type.Null()]),
    endpointIdentifier: Type.String({ description: 'The channel endpoint of this link.' }),
    verification: Type.Union(
      [
        Type.Literal('session'),
        Type.Literal('confirm'),
        Type.Literal('none'),
        Type.Literal('asserted'),
        Type.Literal('imported'),
      ],
      {
        description:
          'How it was made sure that the chat user is the subscriber: by the `session` of your app, by ' +
          'the confirmation of the user (`confirm`), or not (`none`, also of older versions); ' +
          '`asserted` by your backend, or `imported`.',
      },
    ),
    verifiedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When that was; null if it is not known.',
    }),
    linkedAt: Type.String({ format: 'date-time', description: 'When they were first linked.' }),
  },
  { title: 'Identity' },
)
export type Identity = Static<typeof Identity>

export const presentIdentity = (subscriber: LinkedSubscriber): Identity => ({
  subscriberId: subscriber.subscriberId,
  integrationIdentifier: subscriber.integrationIdentifier,
  contextKeys: [...subscriber.contextKeys],
  connectionIdentifier: subscriber.connectionIdentifier,
  endpointIdentifier: subscriber.identifier,
  verification: subscriber.verification,
  verifiedAt:
    subscriber.verifiedAtMs === null ? null : new Date(subscriber.verifiedAtMs).toISOString(),
  linkedAt: new Date(subscriber.createdAtMs).toISOString(),
})

/** The error response to a look-up that found nobody, or nobody in particular. */
export function identityError(found: Exclude<LookedUp, { kind: 'linked' }>): ApiError {
  switch (found.kind) {
    case 'invalid':
      return refusedFields(found)
    case 'not_linked':
      return notFound(found.kind, 'No subscriber is linked to this chat user')
    case 'ambiguous_identity':
      return conflict(found.kind, ambiguousMessage(found))
  }
}

const ambiguousMessage = ({ subscribers }: AmbiguousIdentity): string =>
  `Several subscribers are linked to this chat user (channel endpoints ${subscribers
    .map(({ identifier }) => identifier)
    .join(', ')}): delete the endpoints of all but one`

export const AMBIGUOUS =
  'Several subscribers of the same contexts are linked to the chat user (`ambiguous_identity`), ' +
  'which an older version of latch allowed; `latch doctor` lists them'
