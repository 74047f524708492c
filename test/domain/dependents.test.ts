import { expect, test } from 'bun:test'
import { connectionDeleted } from '../../src/domain/dependents.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService } from '../harness/service.ts'

test('the event of a deleted connection names its subscriber, unless they were erased', async () => {
  const service = await startService()
  const { environments, connections } = service.deps.store
  const environmentId = String((await environments.first())?.id)
  const found = await connections.findWithAuth(environmentId, SANDBOX.connectionIdentifier)
  await service.stop()
  if (found === null) throw new Error('no connection')
  const connection = { ...found.connection, subscriberId: 'ada' }
  for (const [reason, subscriberId] of [
    ['integration_deleted', 'ada'],
    ['subscriber_erased', null],
  ] as const) {
    expect(connectionDeleted(reason)(connection)).toMatchObject({ reason, subscriberId })
  }
})
