import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Providers } from '../../providers/create-providers.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { identifierOf } from '../identifier.ts'
import { createShape, type Shape } from '../shape.ts'
import { credentialChanges, settingChanges } from './credentials.ts'

/** The fields of an integration that can be set and changed, except its credentials. */
const CHANGES = {
  name: Type.Optional(Type.String({ minLength: 1, examples: [EXAMPLE.name] })),
  identifier: Type.Optional(identifierOf({ examples: [EXAMPLE.integrationIdentifier] })),
  active: Type.Optional(Type.Boolean()),
}

const open = { additionalProperties: true }

const credentialsOf = (providers: Providers) => ({
  credentials: Type.Optional(
    Type.Object(credentialChanges(providers), {
      ...open,
      description: 'Stored encrypted, and never returned. Omitted fields stay; `null` removes one.',
    }),
  ),
  configurations: Type.Optional(
    Type.Object(settingChanges, {
      ...open,
      description:
        'How latch uses the app. Omitted settings stay; `null` removes one. The same settings are ' +
        'accepted in `credentials`.',
    }),
  ),
})

/** The fields of an update. The provider cannot be changed. */
export const integrationChanges = (providers: Providers) => ({
  ...CHANGES,
  ...credentialsOf(providers),
})

/** The fields of a new integration. */
export const newIntegration = (providers: Providers) => ({
  providerId: Type.String({
    minLength: 1,
    examples: [EXAMPLE.providerId],
    // Enforced by `findProvider`, whose refusal lists the valid providers.
    described: { enum: [...providers.keys()] },
  }),
  channel: Type.Literal('chat', {
    errorMessage: 'channel must be one of the following values: chat',
  }),
  ...integrationChanges(providers),
})

type ObjectOf<Properties extends Record<string, TSchema>> = Static<
  ReturnType<typeof Type.Object<Properties>>
>
export type IntegrationChanges = ObjectOf<ReturnType<typeof integrationChanges>>
export type NewIntegration = ObjectOf<ReturnType<typeof newIntegration>>

/** Parses an update that does not come through the API. */
export const integrationChangesShape = (
  providers: Providers,
): Shape<ReturnType<typeof Type.Object<ReturnType<typeof integrationChanges>>>> =>
  createShape(Type.Object(integrationChanges(providers), open))

/** Parses a new integration that does not come through the API. */
export const integrationShape = (
  providers: Providers,
): Shape<ReturnType<typeof Type.Object<ReturnType<typeof newIntegration>>>> =>
  createShape(Type.Object(newIntegration(providers), open))
