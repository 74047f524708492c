import type { Deps } from '../../deps.ts'
import type { Integration } from '../../store/integrations/integrations.ts'

export type IntegrationNotFound = { kind: 'integration_not_found'; identifier: string }
export type FoundIntegration = { kind: 'integration'; integration: Integration }

/** Finds an integration by its identifier in an environment. */
export async function findIntegration(
  { store }: Pick<Deps, 'store'>,
  environmentId: string,
  identifier: string,
): Promise<FoundIntegration | IntegrationNotFound> {
  const integration = await store.integrations.findByIdentifier(environmentId, identifier)
  return integration === null
    ? { kind: 'integration_not_found', identifier }
    : { kind: 'integration', integration }
}
