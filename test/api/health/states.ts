import { startService, type TestService } from '../../harness/service.ts'

/** A service whose database cannot be written to until it is told that it can. */
export async function startFullService(): Promise<TestService & { recover(): void }> {
  const service = await startService()
  const { metadata } = service.deps.store
  const proveWritable = metadata.proveWritable.bind(metadata)
  metadata.proveWritable = () => Promise.reject(new Error('SQLITE_FULL: /data/latch.db'))
  return {
    ...service,
    recover: () => {
      metadata.proveWritable = proveWritable
      // What was found holds for a second.
      service.advance(1001)
    },
  }
}

/** What a stranger need not know of the database. */
export const INTERNAL = ['SQLITE', 'latch.db', 'Error']
