import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { IdentifyOutcome, Identity, Installation } from '../../providers/provider.ts'
import { MAX_WORKSPACE_ID_LENGTH } from '../connections/shape.ts'
import { createShape, inOneLine, type Shape } from '../shape.ts'

const MAX_ID_LENGTH = MAX_WORKSPACE_ID_LENGTH
const MAX_NAME_LENGTH = 1000
/** Providers' tokens have up to a few thousand characters. */
const MAX_SECRET_LENGTH = 16_384

/** Three centuries. The expiry of a longer lifetime may not be a valid date. */
const MAX_LIFETIME_SECONDS = 10_000_000_000

const textUpTo = (maxLength: number, name: string) =>
  Type.String({
    minLength: 1,
    maxLength,
    errorMessage: `${name} must be a text of 1 to ${maxLength} characters`,
  })

const id = (name: string) => textUpTo(MAX_ID_LENGTH, name)
const secret = (name: string) => textUpTo(MAX_SECRET_LENGTH, name)
const orNull = <Schema extends TSchema>(schema: Schema) => {
  const { errorMessage } = schema
  return Type.Union([schema, Type.Null()], { errorMessage })
}

const workspaceId = id('the id of the workspace')
const workspaceName = orNull(
  Type.String({
    maxLength: MAX_NAME_LENGTH,
    errorMessage: `the name of the workspace must have at most ${MAX_NAME_LENGTH} characters`,
  }),
)
const userId = id('the id of the user')

const workspace = Type.Object({
  id: workspaceId,
  name: workspaceName,
  enterpriseId: Type.Optional(id('the id of the organisation')),
})

const identity = Type.Object({
  userId,
  name: Type.Optional(textUpTo(MAX_NAME_LENGTH, 'the name of the user')),
  signInName: Type.Optional(textUpTo(MAX_NAME_LENGTH, 'the sign-in name of the user')),
  workspace,
})

const installation = Type.Object({
  workspace,
  tokens: Type.Object({
    accessToken: secret('the access token'),
    rotation: orNull(
      Type.Object({
        refreshToken: secret('the refresh token'),
        expiresInSeconds: orNull(
          Type.Integer({
            maximum: MAX_LIFETIME_SECONDS,
            errorMessage: 'the lifetime of the access token must be a number of seconds',
          }),
        ),
      }),
    ),
  }),
  userId: orNull(userId),
  botUserId: orNull(id('the id of the bot')),
  userToken: orNull(secret('the token of the user')),
  webhookUrl: orNull(secret('the address of the webhook')),
})

const identityShape = createShape(identity)
const installationShape = createShape(installation)

/**
 * A provider's answer as it is held until the user has confirmed it, without the claims of its link,
 * which are in the `state`.
 */
export const HeldAnswer = Type.Union([
  Type.Object({ kind: Type.Literal('user'), identity }),
  Type.Object({
    kind: Type.Literal('installation'),
    installation,
    answeredAtMs: Type.Integer(),
    pending: orNull(Type.Object({ problem: Type.String(), nextAttemptAtMs: Type.Integer() })),
    adminProblem: orNull(Type.String()),
  }),
  Type.Object({
    kind: Type.Literal('webhook'),
    subscriberId: Type.String(),
    url: Type.String(),
    installedIn: Type.Object({
      id: Type.String(),
      name: orNull(Type.String()),
      userToken: orNull(Type.String()),
    }),
  }),
])
export type HeldAnswer = Static<typeof HeldAnswer>

type Refused = Extract<IdentifyOutcome, { kind: 'refused' }>

/**
 * Validates the identity that a provider returned. Refuses one that could not be stored unchanged.
 */
export const readIdentity = (answered: Identity): { kind: 'valid'; value: Identity } | Refused =>
  read(identityShape, answered)

/**
 * Validates the installation that a provider returned. Refuses one that could not be stored
 * unchanged.
 */
export const readInstallation = (
  answered: Installation,
): { kind: 'valid'; value: Installation } | Refused => read(installationShape, answered)

function read<Schema extends TSchema>(
  shape: Shape<Schema>,
  answered: unknown,
): Exclude<ReturnType<Shape<Schema>['read']>, { kind: 'invalid' }> | Refused {
  const answer = shape.read(answered)
  return answer.kind === 'valid'
    ? answer
    : { kind: 'refused', error: `invalid response: ${inOneLine(answer)}` }
}
