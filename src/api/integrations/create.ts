import type { Deps } from '../../deps.ts'
import { conflict, invalid } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import { refuseUnsafeAddresses } from './addresses.ts'
import type { IntegrationAnswer, IntegrationBody } from './model.ts'
import { refuseOtherEnvironment } from './other-environment.ts'
import { presentIntegration } from './present.ts'

/** A provider's app, its secrets sealed; 409 where the identifier is taken. */
export function createIntegration(
  { store, providers, random, clock }: Pick<Deps, 'store' | 'providers' | 'random' | 'clock'>,
  caller: Pick<Caller, 'environmentId' | 'organizationId'>,
  body: IntegrationBody,
): Answer<IntegrationAnswer> {
  const provider = providers.get(body.providerId)
  if (!provider) {
    const choices = [...providers.keys()].join(', ')
    const messages = [`providerId must be one of the following values: ${choices}`]
    throw invalid({ providerId: { messages, value: body.providerId } })
  }
  refuseOtherEnvironment(caller, body)
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
    body: presentIntegration(caller, integration),
    writes: [store.integrations.insert(integration)],
    ifTaken: conflict('integration_exists', 'Integration with identifier already exists'),
  }
}

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
