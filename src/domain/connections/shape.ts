import { type Static, Type } from '@sinclair/typebox'
import { ContextPayload } from '../contexts/payload.ts'
import { identifierOf } from '../identifier.ts'

/** Unknown properties in a request are ignored, as in Novu. */
const open = { additionalProperties: true } as const

export const connectionMode = () => Type.Union([Type.Literal('subscriber'), Type.Literal('shared')])

/** Providers' ids have dozens of characters. */
export const MAX_WORKSPACE_ID_LENGTH = 256

const WorkspaceInput = Type.Object(
  {
    id: Type.String({
      examples: ['T0ACME0001'],
      maxLength: MAX_WORKSPACE_ID_LENGTH,
      patternMessage: `must be at most ${MAX_WORKSPACE_ID_LENGTH} characters`,
    }),
    name: Type.Optional(Type.String({ examples: ['Acme Corp'] })),
    botUserId: Type.Optional(Type.String()),
  },
  open,
)
export type WorkspaceInput = Static<typeof WorkspaceInput>

const AuthInput = Type.Object(
  {
    accessToken: Type.String({ examples: ['xoxb-…'] }),
    refreshToken: Type.Optional(Type.String()),
    expiresAt: Type.Optional(
      Type.String({
        format: 'date-time',
        errorMessage: 'auth.expiresAt must be a valid ISO 8601 date',
      }),
    ),
    refreshTokenExpiresAt: Type.Optional(Type.String()),
  },
  open,
)
/** Tokens that a backend obtained from the provider itself. */
export type AuthInput = Static<typeof AuthInput>

/** A connection's workspace and tokens, which are replaced together. */
export const ConnectionContent = Type.Object(
  { workspace: WorkspaceInput, auth: AuthInput },
  { ...open, title: 'UpdateChannelConnectionRequestDto' },
)
export type ConnectionContent = Static<typeof ConnectionContent>

/** A connection that a backend creates itself. */
export const NewConnection = Type.Object(
  {
    integrationIdentifier: Type.String({ minLength: 1 }),
    workspace: WorkspaceInput,
    auth: AuthInput,
    identifier: Type.Optional(identifierOf()),
    subscriberId: Type.Optional(Type.String()),
    context: Type.Optional(ContextPayload),
    connectionMode: Type.Optional(connectionMode()),
  },
  { ...open, title: 'CreateChannelConnectionRequestDto' },
)
export type NewConnection = Static<typeof NewConnection>
