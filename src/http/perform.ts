import { accept } from '../domain/decision.ts'
import type { Write } from '../store/writer/writes.ts'
import type { ApiDeps } from './api-deps.ts'
import { ApiError } from './api-error.ts'
import { type Call, change, reply } from './change.ts'

/** What a use case that changes something comes to: an answer, and the writes that make it true. */
export type Answer<Body> = {
  status: 200 | 201 | 204
  body: Body
  writes: readonly Write[]
  ifTaken?: ApiError
}

/** Until all operations are decisions of the domain. */
export async function perform<Body>(
  deps: ApiDeps,
  call: Call,
  run: () => Promise<Answer<Body>>,
  { lifetimeMs, reachesOut = false }: { lifetimeMs?: number; reachesOut?: boolean } = {},
): Promise<unknown> {
  let before: Answer<Body> | null = null
  return change(deps, call, {
    ...(reachesOut && { prepare: async () => null }),
    ...(lifetimeMs !== undefined && { lifetimeMs }),
    decide: async () => {
      if (before?.ifTaken !== undefined) return { kind: 'taken', error: before.ifTaken } as const
      try {
        before = await run()
      } catch (error) {
        if (error instanceof ApiError) return { kind: 'taken', error } as const
        throw error
      }
      return accept(before, { writes: before.writes })
    },
    answer: (decided) => {
      if (decided.kind === 'taken') return decided.error
      const { status, body } = decided.value
      return reply(status, status === 204 ? undefined : body)
    },
  })
}

export const nothing = (writes: readonly Write[]): Answer<null> => ({
  status: 204,
  body: null,
  writes,
})
