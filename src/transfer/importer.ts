import { commit } from '../domain/commit.ts'
import { contextShape, createContext } from '../domain/contexts/contexts.ts'
import type { Accepted, Actor } from '../domain/decision.ts'
import { createIntegration, findProvider } from '../domain/integrations/integrations.ts'
import { integrationShape } from '../domain/integrations/shape.ts'
import { type Invalid, inOneLine } from '../domain/shape.ts'
import { subscriberShape } from '../domain/subscribers/shape.ts'
import { upsertSubscriber } from '../domain/subscribers/subscribers.ts'
import { type ChannelDeps, createChannelImporter } from './import-channels.ts'
import { type ImportOutcome, known, skipped, stored, timesOf } from './import-outcome.ts'
import type { RecordOf, TransferRecord } from './records.ts'

const IMPORT: Actor = { kind: 'command', id: 'import' }

/** Stores records under their own identifiers, and leaves existing ones unchanged. */
export function createImporter(
  deps: ChannelDeps,
): (record: TransferRecord) => Promise<ImportOutcome> {
  const { environmentId } = deps
  const channels = createChannelImporter(deps, IMPORT)
  const shape = integrationShape(deps.providers)

  async function integration(record: RecordOf<'integration'>): Promise<ImportOutcome> {
    const { providerId } = record
    if (findProvider(deps.providers, providerId).kind === 'unknown_provider') {
      return skipped(`latch does not support the provider ${providerId}`)
    }
    const read = shape.read(record)
    if (read.kind === 'invalid') return outcomeOf(read)
    return outcomeOf(
      await commit(deps, IMPORT, () =>
        createIntegration(deps, environmentId, read.value, timesOf(record)),
      ),
    )
  }

  async function subscriber(record: RecordOf<'subscriber'>): Promise<ImportOutcome> {
    const read = subscriberShape.read({ ...record.profile, subscriberId: record.subscriberId })
    if (read.kind === 'invalid') return outcomeOf(read)
    const options = { failIfExists: true, times: timesOf(record) }
    return outcomeOf(
      await commit(deps, IMPORT, () => upsertSubscriber(deps, environmentId, read.value, options)),
    )
  }

  async function context(record: RecordOf<'context'>): Promise<ImportOutcome> {
    const read = contextShape.read(record)
    if (read.kind === 'invalid') {
      const isName = 'type' in read.fields || 'id' in read.fields
      return isName ? skipped(CONTEXT_NAME) : outcomeOf(read)
    }
    return outcomeOf(
      await commit(deps, IMPORT, () =>
        createContext(deps, environmentId, read.value, timesOf(record)),
      ),
    )
  }

  return async function importRecord(record) {
    switch (record.record) {
      case 'environment':
        return known
      case 'integration':
        return integration(record)
      case 'subscriber':
        return subscriber(record)
      case 'context':
        return context(record)
      case 'connection':
        return channels.connection(record)
      case 'endpoint':
        return channels.endpoint(record)
    }
  }
}

const CONTEXT_NAME =
  'type and id of a context must be 1 to 100 letters, digits, hyphens or underscores'

/** The outcome of a decision: the record was stored, existed already, or was refused. */
function outcomeOf(
  decided:
    | Accepted<unknown>
    | Invalid
    | { kind: 'integration_exists' | 'subscriber_exists' | 'context_exists' }
    | { kind: 'unknown_provider' },
): ImportOutcome {
  switch (decided.kind) {
    case 'accepted':
      return stored
    case 'invalid':
      return skipped(inOneLine(decided))
    case 'unknown_provider':
      return skipped('latch does not support its provider')
    default:
      return known
  }
}
