import { type Static, Type } from '@sinclair/typebox'
import { EXAMPLE_AUDIENCE } from '../../domain/environments/key-permissions.ts'
import { SpeakerTokenRequest } from '../../domain/identities/shape.ts'
import type { SpeakerRefused } from '../../domain/identities/speaker.ts'
import { createSpeakerTokens, type SpeakerToken } from '../../domain/identities/speaker-token.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { ApiError } from '../../http/api-error.ts'
import { actorOf } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { AMBIGUOUS, IDENTITIES, identityError } from './response.ts'

const TokenResponse = Type.Object(
  {
    token: Type.String({ description: 'A JWT.' }),
    expiresAt: Type.String({ format: 'date-time' }),
    subscriberId: Type.String({ description: 'Its `sub`.' }),
  },
  { title: 'SpeakerTokenResponseDto' },
)

export const createSpeakerToken = (deps: ApiDeps) => {
  const create = createSpeakerTokens(deps)
  return (app: Api) =>
    app.post(
      '/v1/identities/token',
      async ({ body, caller }) => {
        const created = await create(caller, actorOf(caller), body)
        if (created.kind !== 'token') throw refused(created)
        return present(created)
      },
      declares({
        operationId: 'IdentitiesController_createSpeakerToken',
        summary: 'Create a speaker token',
        description:
          'Creates a JWT that tells another service who is speaking. It is valid for 5 minutes, and is ' +
          'verified with the keys at `{iss}/.well-known/jwks.json`. Only a link that was verified by ' +
          'the session of your app is enough, unless the integration has `minimumVerification: ' +
          '"confirm"`. The API key needs the permission `speak`, and the audience must be one of its ' +
          '`audiences`. The response is never a replay: `Idempotency-Key` is ignored.',
        tag: IDENTITIES,
        access: 'speak',
        holdsSecrets: true,
        neverReplayed: true,
        body: SpeakerTokenRequest,
        responses: {
          200: { description: 'The token', schema: TokenResponse },
          403: {
            description:
              'The API key is restricted to other operations or audiences, or the link is not ' +
              'verified well enough (`verification_too_weak`)',
          },
          404: { description: 'Nobody is linked to this chat user (`not_linked`)' },
          409: {
            description: `${AMBIGUOUS}; or there are several integrations or sets of contexts to choose from`,
          },
        },
        example: {
          providerId: EXAMPLE.providerId,
          workspaceId: 'T0ACME0001',
          userId: 'U0ADA00001',
          audience: EXAMPLE_AUDIENCE,
        },
      }),
    )
}

const present = ({
  token,
  expiresAtMs,
  subscriberId,
}: SpeakerToken): Static<typeof TokenResponse> => ({
  token,
  expiresAt: new Date(expiresAtMs).toISOString(),
  subscriberId,
})

function refused(refusal: SpeakerRefused): ApiError {
  switch (refusal.kind) {
    case 'audience_not_allowed':
      return new ApiError(
        403,
        refusal.kind,
        `This API key may not create speaker tokens for ${refusal.audience}`,
      )
    case 'verification_too_weak':
      return new ApiError(
        403,
        refusal.kind,
        `The link of this chat user is verified by "${refusal.verification}", and speaker tokens need ` +
          `"${refusal.minimum}"`,
      )
    default:
      return identityError(refusal)
  }
}
