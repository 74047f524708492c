import { type Static, Type } from '@sinclair/typebox'
import { IntegrationSettings, settingsOf } from '../../domain/integrations/credentials.ts'
import type {
  IntegrationExists,
  NoSuchIntegration,
} from '../../domain/integrations/integrations.ts'
import { ApiError, conflict, notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Tag } from '../../http/declares.ts'
import type { Log } from '../../observe/log.ts'
import type { Integration, ListedIntegration } from '../../store/integrations/integrations.ts'

export const INTEGRATIONS: Tag = {
  name: 'Integrations',
  description: 'Your apps at Slack and Microsoft: their client ids and secrets.',
}

/** As Novu returns it to an API key: without credentials. */
export const IntegrationResponse = Type.Object(
  {
    _id: Type.String(),
    _environmentId: Type.String(),
    _organizationId: Type.String(),
    name: Type.String(),
    identifier: Type.String(),
    providerId: Type.String(),
    channel: Type.String(),
    active: Type.Boolean(),
    configurations: IntegrationSettings,
    deleted: Type.Boolean({ description: 'Always false.' }),
    primary: Type.Boolean({ description: 'Always false: chat has no primary integration.' }),
    conditions: Type.Array(Type.Unknown()),
  },
  { title: 'IntegrationResponseDto' },
)
export type IntegrationResponse = Static<typeof IntegrationResponse>

export const IntegrationParams = Type.Object({
  integrationId: Type.String({
    pattern: '^[0-9a-fA-F]{24}$',
    errorMessage: 'integrationId must be a mongodb id',
    description: 'The `_id` of an integration.',
  }),
})

export const IntegrationList = Type.Object(
  {
    data: Type.Array(
      Type.Composite([
        Type.Omit(IntegrationResponse, ['configurations']),
        Type.Object({
          configurations: Type.Optional(
            Type.Composite([IntegrationSettings], {
              additionalProperties: false,
              description:
                'Absent if the secret key cannot decrypt them: `latch doctor` says what to do.',
            }),
          ),
          credentials: Type.Object(
            {},
            { description: 'Always empty: credentials are not returned.' },
          ),
        }),
      ]),
    ),
  },
  { title: 'ListIntegrationsResponseDto' },
)
export type IntegrationList = Static<typeof IntegrationList>

type Organization = Pick<Caller, 'organizationId'>

/** An integration as an API key may see it: without credentials. */
export const presentIntegration = (
  caller: Organization,
  integration: Integration,
): IntegrationResponse => ({
  ...presentBare(caller, integration),
  configurations: settingsOf(integration.credentials),
})

function presentBare(
  { organizationId }: Organization,
  integration: ListedIntegration,
): Omit<IntegrationResponse, 'configurations'> {
  const { id, environmentId, name, identifier, providerId, channel, active } = integration
  return {
    _id: id,
    _environmentId: environmentId,
    _organizationId: organizationId,
    name,
    identifier,
    providerId,
    channel,
    active,
    deleted: false,
    primary: false,
    conditions: [],
  }
}

export type PresentIntegrations = (
  caller: Organization,
  integrations: readonly ListedIntegration[],
) => IntegrationList

/** Presents lists. Logs each integration whose credentials cannot be decrypted, once. */
export function createPresentIntegrations(log: Log): PresentIntegrations {
  const told = new Set<string>()
  const tell = ({ id, identifier }: ListedIntegration): void => {
    if (told.has(id)) return
    told.add(id)
    log.error(
      { integration: identifier },
      'the secret key cannot decrypt the credentials of an integration; see `latch doctor`',
    )
  }
  const present = (
    caller: Organization,
    integration: ListedIntegration,
  ): IntegrationList['data'][number] => {
    const bare = { ...presentBare(caller, integration), credentials: {} }
    if (integration.credentials !== null) {
      return { ...bare, configurations: settingsOf(integration.credentials) }
    }
    tell(integration)
    return bare
  }
  return (caller, integrations) => ({ data: integrations.map((one) => present(caller, one)) })
}

type OtherEnvironment = { kind: 'other_environment' }

/** Refuses a body that names an environment other than the API key's. */
export const refuseOtherEnvironment = (
  { environmentId }: Pick<Caller, 'environmentId'>,
  { _environmentId: named }: { _environmentId?: string },
): OtherEnvironment | null =>
  named === undefined || named === environmentId ? null : { kind: 'other_environment' }

/** Novu's errors for refusals that several operations share. */
export function integrationError(
  refusal: OtherEnvironment | NoSuchIntegration | IntegrationExists,
  noun: 'Entity' | 'Integration' = 'Entity',
): ApiError {
  switch (refusal.kind) {
    case 'other_environment':
      return new ApiError(
        403,
        'other_environment',
        'API key authentication is scoped to a single environment and cannot target a different ' +
          '`_environmentId`. Use an API key from the target environment, or authenticate with a ' +
          'session token.',
      )
    case 'no_such_integration':
      return notFound('integration_not_found', `${noun} with id ${refusal.id} not found`)
    case 'integration_exists':
      return conflict('integration_exists', 'Integration with identifier already exists')
  }
}
