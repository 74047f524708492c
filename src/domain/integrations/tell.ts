import type { Integration } from '../../store/integrations/integrations.ts'
import type { DomainEvent } from '../events/registry.ts'
import { settingsOf } from './credentials.ts'

type Shown = Record<string, unknown>

/** All of an integration that is no secret. */
function shownOf({ name, identifier, active, credentials }: Integration): Shown {
  const { clientId } = credentials
  return {
    name,
    identifier,
    active,
    ...(clientId !== undefined && { clientId }),
    ...settingsOf(credentials),
  }
}

/** The names of the credentials that differ, and may be secrets. */
function changedSecrets(before: Integration, after: Integration): string[] {
  const shown = new Set(Object.keys({ ...shownOf(before), ...shownOf(after) }))
  const names = new Set([...Object.keys(before.credentials), ...Object.keys(after.credentials)])
  return [...names]
    .filter((name) => !shown.has(name) && before.credentials[name] !== after.credentials[name])
    .sort()
}

const without = (shown: Shown, same: Shown): Shown =>
  Object.fromEntries(Object.entries(shown).filter(([name, value]) => same[name] !== value))

const about = ({ id, environmentId }: Integration) => ({ environmentId, subjectId: id })

const named = ({ identifier, providerId }: Integration) => ({ identifier, providerId })

export const tellOfCreation = (integration: Integration): DomainEvent => ({
  type: 'integration.created',
  ...about(integration),
  data: { ...named(integration), after: shownOf(integration) },
})

export function tellOfUpdate(before: Integration, after: Integration): DomainEvent {
  const [was, is] = [shownOf(before), shownOf(after)]
  return {
    type: 'integration.updated',
    ...about(after),
    data: {
      ...named(after),
      before: without(was, is),
      after: without(is, was),
      changedSecrets: changedSecrets(before, after),
    },
  }
}

export const tellOfDeletion = (integration: Integration): DomainEvent => ({
  type: 'integration.deleted',
  ...about(integration),
  data: { ...named(integration), before: shownOf(integration) },
})
