import type { Deps } from '../deps.ts'

export type FreshRow = {
  id: string
  environmentId: string
  createdAtMs: number
  updatedAtMs: number
}

/** What every new row of an environment begins with. */
export function freshRow(
  { random, clock }: Pick<Deps, 'random' | 'clock'>,
  environmentId: string,
): FreshRow {
  const nowMs = clock()
  return { id: random.recordId(nowMs), environmentId, createdAtMs: nowMs, updatedAtMs: nowMs }
}
