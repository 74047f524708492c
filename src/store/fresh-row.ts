export type FreshRow = {
  id: string
  environmentId: string
  createdAtMs: number
  updatedAtMs: number
}

/** What every new row of an environment begins with. */
export function freshRow(
  { random, clock }: { random: { recordId(nowMs: number): string }; clock(): number },
  environmentId: string,
): FreshRow {
  const nowMs = clock()
  return { id: random.recordId(nowMs), environmentId, createdAtMs: nowMs, updatedAtMs: nowMs }
}
