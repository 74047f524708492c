export type FreshRow = {
  id: string
  environmentId: string
  createdAtMs: number
  updatedAtMs: number
}

/** When something was made and last changed, where that is not now: an import keeps both. */
export type RowTimes = { createdAtMs?: number; updatedAtMs?: number }

/** What every new row of an environment begins with. */
export function freshRow(
  { random, clock }: { random: { recordId(nowMs: number): string }; clock(): number },
  environmentId: string,
  { createdAtMs = clock(), updatedAtMs = createdAtMs }: RowTimes = {},
): FreshRow {
  return { id: random.recordId(createdAtMs), environmentId, createdAtMs, updatedAtMs }
}
