import type { Caller } from '../../http/authenticate.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { IntegrationAnswer } from './model.ts'

/** An integration as an API key may see it: without its credentials. */
export function presentIntegration(
  caller: Pick<Caller, 'organizationId'>,
  integration: Omit<Integration, 'credentials'>,
): IntegrationAnswer {
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
