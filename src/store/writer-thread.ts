import { parentPort } from 'node:worker_threads'
import { applySettings, type Client, openClient } from './client.ts'
import { type Committer, createCommitter } from './committer.ts'
import { guardFile } from './file-guard.ts'
import { type Order, type Report, toFailure } from './thread-messages.ts'

// Run as a thread of its own (see thread-committer.ts): opens the file, and commits what it is told.

type Opened = { client: Client; committer: Committer }

let opened: Promise<Opened> | null = null

async function open({ file, synchronous }: Extract<Order, { kind: 'open' }>): Promise<Opened> {
  const client = await openClient(file, synchronous)
  const committer = createCommitter(client, {
    guard: guardFile(file),
    onReconnect: () => applySettings(client, synchronous),
  })
  return { client, committer }
}

async function commit({ id, statements }: Extract<Order, { kind: 'commit' }>): Promise<Report> {
  try {
    if (opened === null) throw new Error('told to commit before it was told where')
    const { committer } = await opened
    return { kind: 'committed', id, results: await committer.commit(statements) }
  } catch (error) {
    return { kind: 'failed', id, failure: toFailure(error) }
  }
}

async function obey(order: Order): Promise<Report | null> {
  switch (order.kind) {
    case 'open':
      opened = open(order)
      // Told to whoever commits.
      await opened.catch(() => {})
      return null
    case 'commit':
      return commit(order)
    case 'close':
      await opened?.then(
        ({ client }) => client.close(),
        () => {},
      )
      return { kind: 'closed' }
  }
}

let before: Promise<void> = Promise.resolve()
parentPort?.on('message', (order: Order) => {
  before = before.then(async () => {
    const report = await obey(order)
    if (report !== null) parentPort?.postMessage(report)
  })
})
