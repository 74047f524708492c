import { expect, test } from 'bun:test'
import { LinkOutcome, type TargetRefusal } from '../../../src/domain/links/outcome.ts'
import { createShape } from '../../../src/domain/shape.ts'

const shape = createShape(LinkOutcome)

const refusals: { [Kind in TargetRefusal['kind']]: Extract<TargetRefusal, { kind: Kind }> } = {
  environment_gone: { kind: 'environment_gone', environmentId: 'e' },
  integration_gone: { kind: 'integration_gone', integrationId: 'i', environmentId: 'e' },
  provider_not_supported: { kind: 'provider_not_supported', providerId: 'p' },
  credentials_missing: { kind: 'credentials_missing', provider: 'Slack' },
  subscriber_gone: { kind: 'subscriber_gone', subscriberId: 's' },
  connection_gone: { kind: 'connection_gone', identifier: 'c' },
  connection_not_approved: { kind: 'connection_not_approved', identifier: 'c' },
}

// docs/decisions/0007-single-use-links.md
test('an outcome that is stored because the target is gone can be read when the page is reloaded', () => {
  for (const outcome of Object.values(refusals)) {
    const stored: unknown = JSON.parse(JSON.stringify(outcome))
    expect(shape.read(stored)).toEqual({ kind: 'valid', value: outcome })
  }
})
