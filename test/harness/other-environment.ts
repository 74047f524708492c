import { createApiKey, digestApiKey } from '../../src/secrets/api-key.ts'
import type { TestService } from './service.ts'

/** Adds an environment with nothing in it but an API key that may do everything. */
export async function addEnvironment({
  deps: { store, random, clock },
}: Pick<TestService, 'deps'>): Promise<{ id: string; apiKey: string }> {
  const id = random.recordId(clock())
  const apiKey = createApiKey(random)
  await store.commit([
    store.environments.insert({
      id,
      organizationId: random.recordId(clock()),
      name: 'Other',
      createdAtMs: clock(),
    }),
    store.apiKeys.insert({
      id: random.recordId(clock()),
      environmentId: id,
      name: 'other',
      digest: digestApiKey(apiKey),
      createdAtMs: clock(),
    }),
  ])
  return { id, apiKey }
}
