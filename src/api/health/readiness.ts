import { Type } from '@sinclair/typebox'
import type { Tag } from '../../http/declares.ts'
import { UNAVAILABLE } from '../../http/responses.ts'

/** What latch knows of its own state. */
export type HealthDeps = {
  version: string
  /** From when on it is about to stop: it still answers, and wants no new work. */
  isShuttingDown(): boolean
  /** Resolves once something was written to the database. */
  proveWritable(): Promise<void>
  monotonicMs(): number
  /** As single results are wrapped. */
  present(result: object): unknown
}

export type Readiness = { status: 'ready' } | { status: 'unavailable'; reason: string }

/** Anybody may ask, and each answer is a write: so it is asked no more often than this. */
const CHECK_EVERY_MS = 1000

/** Says whether latch can do its work. */
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
    // Why is in the log of whatever else fails now; a stranger need not know.
    return { status: 'unavailable', reason: 'the database cannot be written to' }
  }
}

export const readinessResponse = (ready: boolean, body: unknown): Response =>
  Response.json(body, {
    status: ready ? 200 : 503,
    headers: { 'cache-control': 'no-store', ...(!ready && { 'retry-after': '1' }) },
  })

const SERVICE: Tag = { name: 'Service', description: 'Whether latch is well.' }

/** What the three health checks have in common. */
export const HEALTH_CHECK = { tag: SERVICE, access: 'public', unlimited: true } as const

/** Where latch is overloaded, it answers as everywhere. */
export const NotReady = Type.Union([
  Type.Object({ status: Type.Literal('unavailable'), reason: Type.String() }),
  UNAVAILABLE,
])
