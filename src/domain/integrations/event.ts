import type { Integration } from '../../store/integrations/integrations.ts'
import type { DependentCounts } from '../dependents.ts'
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
  const names = new Set([...Object.keys(before.credentials), ...Object.keys(after.credentials)])
  return [...names]
    .filter(
      (name) => !publicNames.has(name) && before.credentials[name] !== after.credentials[name],
    )
    .sort()
}

const differing = (publicNames: PublicFields, same: PublicFields): PublicFields =>
  Object.fromEntries(Object.entries(publicNames).filter(([name, value]) => same[name] !== value))

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
      before: differing(was, is),
      after: differing(is, was),
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
