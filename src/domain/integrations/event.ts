import type { Integration } from '../../store/integrations/integrations.ts'
import type { DependentCounts } from '../dependents.ts'
import { changedNames, differences } from '../events/differences.ts'
import type { DomainEvent } from '../events/registry.ts'
import { settingsOf } from './credentials.ts'

type PublicFields = Record<string, unknown>

/** The fields of an integration that are not secret. */
function publicFieldsOf({ name, identifier, active, credentials }: Integration): PublicFields {
  const { clientId } = credentials
  return {
    name,
    identifier,
    active,
    ...(clientId !== undefined && { clientId }),
    ...settingsOf(credentials),
  }
}

/** The names of changed credentials that may be secrets. */
function changedSecrets(before: Integration, after: Integration): string[] {
  const publicNames = new Set(Object.keys({ ...publicFieldsOf(before), ...publicFieldsOf(after) }))
  return changedNames(before.credentials, after.credentials).filter(
    (name) => !publicNames.has(name),
  )
}

const subjectOf = ({ id, environmentId }: Integration) => ({ environmentId, subjectId: id })

const identifiersOf = ({ identifier, providerId }: Integration) => ({ identifier, providerId })

export const integrationCreated = (integration: Integration): DomainEvent => ({
  type: 'integration.created',
  ...subjectOf(integration),
  data: { ...identifiersOf(integration), after: publicFieldsOf(integration) },
})

export function integrationUpdated(before: Integration, after: Integration): DomainEvent {
  const [was, is] = [publicFieldsOf(before), publicFieldsOf(after)]
  return {
    type: 'integration.updated',
    ...subjectOf(after),
    data: {
      ...identifiersOf(after),
      before: differences(was, is),
      after: differences(is, was),
      changedSecrets: changedSecrets(before, after),
    },
  }
}

export const integrationDeleted = (
  integration: Integration,
  counts: DependentCounts,
): DomainEvent => ({
  type: 'integration.deleted',
  ...subjectOf(integration),
  data: { ...identifiersOf(integration), before: publicFieldsOf(integration), ...counts },
})
