import { Type } from '@sinclair/typebox'
import { KEYS_MAX_AGE_MS, publishedKeysAt } from '../../domain/identities/signing-keys.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { notFound } from '../../http/api-error.ts'
import { declares } from '../../http/declares.ts'
import type { Public } from '../../http/pipeline.ts'
import { IDENTITIES } from './response.ts'

const PublicKey = Type.Object({
  kty: Type.String(),
  crv: Type.String(),
  x: Type.String(),
  y: Type.String(),
  kid: Type.String(),
  alg: Type.String(),
  use: Type.String(),
})

const KeySet = Type.Object({ keys: Type.Array(PublicKey) }, { title: 'JsonWebKeySet' })

/** The public keys of an environment, for services that verify its speaker tokens. */
export const publishKeys =
  ({ store, clock }: ApiDeps) =>
  (app: Public) =>
    app.get(
      '/environments/:environmentId/.well-known/jwks.json',
      async ({ params: { environmentId }, set }) => {
        if ((await store.environments.findById(environmentId)) === null) {
          throw notFound('environment_not_found', `Environment not found: ${environmentId}`)
        }
        const keys = publishedKeysAt(await store.signingKeys.list(environmentId), clock())
        // Before the first token there is no key, which must not be remembered.
        set.headers['cache-control'] =
          keys.length === 0 ? 'no-store' : `public, max-age=${KEYS_MAX_AGE_MS / 1000}`
        return { keys: keys.map(({ publicKey }) => publicKey) }
      },
      declares({
        operationId: 'IdentitiesController_listPublicKeys',
        summary: 'List the keys that verify speaker tokens',
        description:
          'A JSON Web Key Set (RFC 7517). A new key is listed 10 minutes before it signs, and the one ' +
          'before it until its last token has expired.',
        tag: IDENTITIES,
        access: 'public',
        params: Type.Object({ environmentId: Type.String({ minLength: 1 }) }),
        responses: {
          200: {
            description: 'The keys',
            schema: KeySet,
            headers: { 'Cache-Control': 'always' },
          },
          404: { description: 'No such environment' },
        },
      }),
    )
