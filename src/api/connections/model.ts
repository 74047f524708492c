import { type Static, Type } from '@sinclair/typebox'

export const ConnectionParams = Type.Object({
  identifier: Type.String({ minLength: 1, examples: ['slack-connection-abc123'] }),
})

/** As Novu's SDK parses it; `auth` in clear, because the SDK needs it (decision 14). */
export const ChannelConnection = Type.Object(
  {
    identifier: Type.String(),
    channel: Type.Union([Type.String(), Type.Null()]),
    providerId: Type.Union([Type.String(), Type.Null()]),
    integrationIdentifier: Type.Union([Type.String(), Type.Null()]),
    subscriberId: Type.Union([Type.String(), Type.Null()]),
    contextKeys: Type.Array(Type.String()),
    workspace: Type.Object({ id: Type.String(), name: Type.Optional(Type.String()) }),
    auth: Type.Object({
      accessToken: Type.String(),
      refreshToken: Type.Optional(Type.String()),
      expiresAt: Type.Optional(Type.String()),
    }),
    pending: Type.Optional(
      Type.Object(
        { problem: Type.String(), attempts: Type.Integer(), nextAttemptAt: Type.String() },
        {
          description:
            "There until Microsoft proves the administrator's consent; latch keeps asking.",
        },
      ),
    ),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'ChannelConnection' },
)
export type ChannelConnection = Static<typeof ChannelConnection>
