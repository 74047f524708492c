import type { Deps } from '../../deps.ts'
import { conflict, invalid } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import type { Integration } from '../../store/integrations.ts'
import { refuseUnsafeAddresses } from './addresses.ts'
import type { IntegrationAnswer, IntegrationBody } from './model.ts'

/** A provider's app, its secrets sealed; 409 where the identifier is taken. */
export function createIntegration(
  { store, providers, random, clock }: Deps,
  caller: Caller,
  body: IntegrationBody,
): Answer<IntegrationAnswer> {
  const provider = providers.get(body.providerId)
  if (!provider) {
    const choices = [...providers.keys()].join(', ')
    const messages = [`providerId must be one of the following values: ${choices}`]
    throw invalid({ providerId: { messages, value: body.providerId } })
  }
  refuseUnsafeAddresses(body.credentials ?? {})
  const name = body.name ?? provider.title
  const nowMs = clock()
  const integration: Integration = {
    id: random.recordId(nowMs),
    environmentId: caller.environmentId,
    identifier: body.identifier ?? `${slug(name)}-${random.identifier()}`,
    name,
    providerId: provider.id,
    channel: body.channel,
    active: body.active ?? false,
    credentials: { ...body.credentials },
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  return {
    status: 201,
    body: present(caller, integration),
    writes: [store.integrations.insert(integration)],
    ifTaken: conflict('integration_exists', 'Integration with identifier already exists'),
  }
}

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')

function present(caller: Caller, integration: Integration): IntegrationAnswer {
  const { id, environmentId, name, identifier, providerId, channel, active } = integration
  return {
    _id: id,
    _environmentId: environmentId,
    _organizationId: caller.organizationId,
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
