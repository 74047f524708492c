import type { Deps } from '../../deps.ts'
import { notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Integration } from '../../store/integrations/integrations.ts'

/** The integration of that identifier, whatever it is for. Throws 404. */
export async function requireIntegration(
  { store }: Deps,
  { environmentId }: Caller,
  identifier: string,
): Promise<Integration> {
  const integration = await store.integrations.findByIdentifier(environmentId, identifier)
  if (integration === null) {
    throw notFound('integration_not_found', `Integration not found: ${identifier}`)
  }
  return integration
}
