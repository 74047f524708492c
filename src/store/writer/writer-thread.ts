import { parentPort } from 'node:worker_threads'
import { type Committer, type DatabaseFile, openFileCommitter } from './committer.ts'
import { toFailure, type WriterRequest, type WriterResponse } from './thread-committer.ts'
import type { Statement } from './writes.ts'

// Runs in a separate thread (see thread-committer.ts) and commits one request after the other.

let committer: Committer | null = null

/** Opens the database on the first commit; if that fails, the next commit tries again. */
async function open(database: DatabaseFile): Promise<Committer> {
  committer ??= await openFileCommitter(database)
  return committer
}

async function handle(request: WriterRequest): Promise<WriterResponse> {
  if (request.kind === 'close') {
    await committer?.close()
    return { kind: 'closed' }
  }
  const { id, database } = request
  try {
    const { commit, rewrite } = await open(database)
    if (request.kind === 'commit') {
      const statements: readonly Statement[] = JSON.parse(request.statements)
      return { kind: 'committed', id, results: await commit(statements) }
    }
    await rewrite()
    return { kind: 'committed', id, results: [] }
  } catch (error) {
    return { kind: 'failed', id, failure: toFailure(error) }
  }
}

let before: Promise<void> = Promise.resolve()
parentPort?.on('message', (request: WriterRequest) => {
  before = before.then(async () => parentPort?.postMessage(await handle(request)))
})
