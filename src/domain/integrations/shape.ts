import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Providers } from '../../providers/create-providers.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { createShape, type Shape } from '../shape.ts'
import { credentialChanges, settingChanges } from './credentials.ts'

const name = (example: string) => Type.String({ minLength: 1, examples: [example] })

/** What an integration is changed by, and created with, but for its credentials. */
const CHANGES = {
  name: Type.Optional(name(EXAMPLE.name)),
  identifier: Type.Optional(name(EXAMPLE.integrationIdentifier)),
  active: Type.Optional(Type.Boolean()),
}

const open = { additionalProperties: true }

const credentialsOf = (providers: Providers) => ({
  credentials: Type.Optional(
    Type.Object(credentialChanges(providers), {
      ...open,
      description: 'Sealed, and never given back. What is left out stays; `null` removes it.',
    }),
  ),
  configurations: Type.Optional(
    Type.Object(settingChanges, {
      ...open,
      description:
        'How latch uses the app. What is left out stays; `null` removes it. The same settings are ' +
        'taken in `credentials`.',
    }),
  ),
})

/** What changes an integration: the provider it is for never does. */
export const integrationChanges = (providers: Providers) => ({
  ...CHANGES,
  ...credentialsOf(providers),
})

/** What an integration is created with. */
export const newIntegration = (providers: Providers) => ({
  providerId: Type.String({
    minLength: 1,
    examples: [EXAMPLE.providerId],
    // Refused by `findProvider`, which names the providers that there are.
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

/** Reads what changes an integration and comes by another door than the API. */
export const integrationChangesShape = (
  providers: Providers,
): Shape<ReturnType<typeof Type.Object<ReturnType<typeof integrationChanges>>>> =>
  createShape(Type.Object(integrationChanges(providers), open))

/** Reads an integration that comes by another door than the API. */
export const integrationShape = (
  providers: Providers,
): Shape<ReturnType<typeof Type.Object<ReturnType<typeof newIntegration>>>> =>
  createShape(Type.Object(newIntegration(providers), open))
