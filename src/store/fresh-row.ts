export type FreshRow = {
  id: string
  environmentId: string
  createdAtMs: number
  updatedAtMs: number
}

/** Creation and update times that are not now: an import keeps the original ones. */
export type RowTimes = { createdAtMs?: number; updatedAtMs?: number }

/** The common columns of every new row of an environment. */
export function freshRow(
  { random, clock }: { random: { recordId(nowMs: number): string }; clock(): number },
  environmentId: string,
  { createdAtMs = clock(), updatedAtMs = createdAtMs }: RowTimes = {},
): FreshRow {
  return { id: random.recordId(createdAtMs), environmentId, createdAtMs, updatedAtMs }
}
