import { Type } from '@sinclair/typebox'
import type { Tag } from '../../http/declares.ts'
import { UNAVAILABLE } from '../../http/responses.ts'

/** What the health checks depend on. */
export type HealthDeps = {
  version: string
  /** Whether latch is about to stop: it still serves requests, but should get no new ones. */
  isShuttingDown(): boolean
  /** Writes to the database; rejects if it cannot. */
  proveWritable(): Promise<void>
  monotonicMs(): number
  /** Wraps a single result if configured; see `inEnvelope`. */
  present(result: object): unknown
}

export type Readiness = { status: 'ready' } | { status: 'unavailable'; reason: string }

/** The check is public and writes to the database, so its result is reused for this long. */
const CHECK_EVERY_MS = 1000

/** Creates the readiness check. */
export function createReadiness({
  isShuttingDown,
  proveWritable,
  monotonicMs,
}: Pick<HealthDeps, 'isShuttingDown' | 'proveWritable' | 'monotonicMs'>): () => Promise<Readiness> {
  let asked: { atMs: number; writable: Promise<boolean> } | null = null
  const isWritable = (): Promise<boolean> => {
    const nowMs = monotonicMs()
    if (asked === null || nowMs - asked.atMs > CHECK_EVERY_MS) {
      const writable = proveWritable().then(
        () => true,
        () => false,
      )
      asked = { atMs: nowMs, writable }
    }
    return asked.writable
  }
  return async () => {
    if (isShuttingDown()) return { status: 'unavailable', reason: 'shutting down' }
    if (await isWritable()) return { status: 'ready' }
    // The reason is in the log of the requests that fail, and is not for unauthenticated clients.
    return { status: 'unavailable', reason: 'the database cannot be written to' }
  }
}

export const readinessResponse = (ready: boolean, body: unknown): Response =>
  Response.json(body, {
    status: ready ? 200 : 503,
    headers: { 'cache-control': 'no-store', ...(!ready && { 'retry-after': '1' }) },
  })

const SERVICE: Tag = { name: 'Service', description: 'Health checks.' }

/** The parts of the declaration that the three health checks share. */
export const HEALTH_CHECK = { tag: SERVICE, access: 'public', unlimited: true } as const

/** When latch is overloaded, the body is the same as for any other operation. */
export const NotReady = Type.Union([
  Type.Object({ status: Type.Literal('unavailable'), reason: Type.String() }),
  UNAVAILABLE,
])
