import { type Static, Type } from '@sinclair/typebox'
import { EXAMPLE } from '../../providers/example.ts'
import { ContextKeys } from '../contexts/payload.ts'
import { createShape } from '../shape.ts'

/** An id at a provider: any text without control characters, which no provider uses. */
const idAtProvider = (example: string, description: string) =>
  Type.String({
    pattern: '^[^\\u0000-\\u001f\\u007f]{1,255}$',
    patternMessage: 'must be 1 to 255 characters, without control characters',
    examples: [example],
    description,
  })

/** A chat user, as a signed event of a provider names them. */
export const ChatUserRef = Type.Object({
  providerId: Type.String({ minLength: 1, examples: [EXAMPLE.providerId] }),
  workspaceId: idAtProvider(
    'T0ACME0001',
    "The user's own workspace: at Slack the team, or the organisation of Enterprise Grid; at " +
      'Microsoft the tenant.',
  ),
  userId: idAtProvider(
    'U0ADA00001',
    "The user's id in it: at Microsoft the object id, which a bot receives as `aadObjectId`.",
  ),
})
export type ChatUserRef = Static<typeof ChatUserRef>
export const chatUserShape = createShape(ChatUserRef)

const MAX_CHAT_USERS = 100

export const ManyChatUsers = Type.Object(
  {
    identities: Type.Array(Type.Object(ChatUserRef.properties, { additionalProperties: true }), {
      minItems: 1,
      maxItems: MAX_CHAT_USERS,
      errorMessage:
        `identities must be 1 to ${MAX_CHAT_USERS} chat users, each with providerId, workspaceId ` +
        'and userId',
    }),
  },
  { additionalProperties: true, title: 'ResolveIdentitiesRequestDto' },
)

/** Narrows a look-up to one integration, or to an exact set of contexts, sorted. */
export type LookUpScope = {
  integrationIdentifier?: string | undefined
  contextKeys?: readonly string[] | undefined
}

/** A request for a token that tells another service who is speaking. */
export const SpeakerTokenRequest = Type.Object(
  {
    ...ChatUserRef.properties,
    audience: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'The service that reads the token. Needed only if the API key has several.',
      }),
    ),
    integrationIdentifier: Type.Optional(
      Type.String({ minLength: 1, description: 'Only a link through this integration.' }),
    ),
    contextKeys: Type.Optional(ContextKeys),
  },
  { additionalProperties: true, title: 'CreateSpeakerTokenRequestDto' },
)
export type SpeakerTokenRequest = Static<typeof SpeakerTokenRequest>
