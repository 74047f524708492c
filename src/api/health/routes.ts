import { Elysia } from 'elysia'
import { healthOperation, novuHealthOperation, readyOperation } from './operations.ts'

/** What latch is asked of its own state. */
export type Vitals = {
  version: string
  /** From when on it is about to stop: it still answers, and wants no new work. */
  isRetiring(): boolean
  /** Resolves once something was written to the database. */
  proveWritable(): Promise<void>
  monotonicMs(): number
  /** As single results are wrapped. */
  present(result: object): unknown
}

type Readiness = { status: 'ready' } | { status: 'unavailable'; reason: string }

/** Anybody may ask, and each answer is a write: so it is asked no more often than this. */
const ASK_EVERY_MS = 1000

/** Whether the process is alive, and whether it can do its work. */
export function health({ version, isRetiring, proveWritable, monotonicMs, present }: Vitals) {
  let asked: { atMs: number; writable: Promise<boolean> } | null = null
  const isWritable = (): Promise<boolean> => {
    const nowMs = monotonicMs()
    if (asked === null || nowMs - asked.atMs > ASK_EVERY_MS) {
      const writable = proveWritable().then(
        () => true,
        () => false,
      )
      asked = { atMs: nowMs, writable }
    }
    return asked.writable
  }

  async function readiness(): Promise<Readiness> {
    if (isRetiring()) return { status: 'unavailable', reason: 'shutting down' }
    if (await isWritable()) return { status: 'ready' }
    // Why is in the log of whatever else fails now; a stranger need not know.
    return { status: 'unavailable', reason: 'the database cannot be written to' }
  }
  const answer = (ready: boolean, body: unknown): Response =>
    Response.json(body, {
      status: ready ? 200 : 503,
      headers: { 'cache-control': 'no-store', ...(!ready && { 'retry-after': '1' }) },
    })

  return new Elysia({ name: 'health' })
    .get('/healthz', { status: 'ok' }, { detail: healthOperation })
    .get(
      '/readyz',
      async () => {
        const found = await readiness()
        return answer(found.status === 'ready', found)
      },
      { detail: readyOperation },
    )
    .get(
      '/v1/health-check',
      async () => {
        const found = await readiness()
        const ready = found.status === 'ready'
        const [state, problem] = ready ? ['up', {}] : ['down', { message: found.reason }]
        const database = { database: { status: state, ...problem } }
        const info = { apiVersion: { version, status: 'up' }, ...(ready && database) }
        const body = {
          status: ready ? 'ok' : 'error',
          info,
          error: ready ? {} : database,
          details: { ...info, ...database },
        }
        return answer(ready, present(body))
      },
      { detail: novuHealthOperation },
    )
}
