import { and, eq, inArray, isNull, lte, min, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { jobs } from '../schema/internal.ts'
import type { ReturnedRow } from '../writer/committer.ts'
import { expectRow } from '../writer/expectations.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/** Work that is due at a time. */
export type Job = typeof jobs.$inferSelect

/** One of a kind about one subject: there is one job at most for both. */
export type JobName = Pick<Job, 'kind' | 'subject'>

/** What has to be done, and when. `attempts`: how often its cause has tried it already. */
export type JobRequest = JobName & { dueAtMs: number; attempts?: number }

/** A job that one process works on. `attempts` counts the one that is under way. */
export type HeldJob = JobName & Pick<Job, 'revision' | 'attempts'> & { lease: string }

/** How long whoever holds a job keeps it to itself, and by which token. */
export type Lease = { token: string; nowMs: number; untilMs: number }

/** How work on a job ended. */
export type JobEnd =
  /** There is nothing more to do. */
  | { kind: 'done' }
  /** It is due again. Without a problem it has gone well, and attempts are counted anew. */
  | { kind: 'again'; dueAtMs: number; problem: string | null }
  /** It has failed, and is not tried any more until it is scheduled again. */
  | { kind: 'gave_up'; problem: string }

export type Jobs = {
  /**
   * The write that makes a job due, in the change that causes the work. A job that is there is due at
   * the earlier time of both, and attempts are counted anew. One that somebody holds stays theirs: it
   * is due when they end it, as they may have begun before the cause.
   */
  schedule(request: JobRequest): Write
  /** The same for each `subject` that a query finds when it is committed. */
  scheduleEach(subjects: SQL, request: Omit<JobRequest, 'subject'>): Write
  /** The earliest time at which a job of these kinds is due; null where there is none. */
  nextDueAtMs(kinds: readonly string[]): Promise<number | null>
  /** Takes up to `limit` jobs that are due, the longest overdue first, each for one process alone. */
  take(kinds: readonly string[], limit: number, lease: Lease): Promise<HeldJob[]>
  /** Takes one job, due or not, and made where it is not there; null while somebody holds it. */
  hold(name: JobName, lease: Lease): Promise<HeldJob | null>
  /** Whether a job is still held by the lease that it was taken with. */
  isHeld(held: HeldJob): Promise<boolean>
  /**
   * The writes by which work on a job ends, together with its effect. They refuse all that is
   * committed with them where the lease is over and somebody else has taken the job. A job that was
   * scheduled again meanwhile is due now, however the work ended.
   */
  end(held: HeldJob, end: JobEnd, nowMs: number): readonly Write[]
  find(name: JobName): Promise<Job | null>
}

const { kind, subject, dueAtMs, revision, attempts, lease, gaveUpAtMs } = jobs

const named = (name: JobName): SQL => sql`${kind} = ${name.kind} and ${subject} = ${name.subject}`

export function createJobs(database: Database, writer: Pick<Writer, 'commit'>): Jobs {
  const returning = { kind, subject, revision, attempts }

  async function commitTaking(
    query: Parameters<typeof toWrite>[0],
    token: string,
  ): Promise<HeldJob[]> {
    const [taken] = await writer.commit([toWrite(query)])
    return (taken?.returned ?? []).map((row) => toHeldJob(row, token))
  }

  const scheduleEach: Jobs['scheduleEach'] = (subjects, request) => {
    const { attempts: tried = 0, dueAtMs: at } = request
    return toWrite(
      database
        .insert(jobs)
        .select(
          // In the order of the table's columns, as drizzle names them in front of a `select`.
          sql`select ${request.kind}, found.subject, ${at}, 1, ${tried}, null, null, null
            from (${subjects}) as found where true`,
        )
        .onConflictDoUpdate({
          target: [kind, subject],
          set: {
            revision: sql`${revision} + 1`,
            attempts: tried,
            problem: null,
            gaveUpAtMs: null,
            dueAtMs: sql`case
              when ${lease} is not null then ${dueAtMs}
              when ${gaveUpAtMs} is not null then ${at}
              else min(${dueAtMs}, ${at}) end`,
          },
        }),
    )
  }

  return {
    schedule: ({ subject: of, ...request }) => scheduleEach(sql`select ${of} as subject`, request),
    scheduleEach,

    nextDueAtMs: async (kinds) => {
      // One look into the index for each kind; a single `min` over all of them would read every job.
      const earliest = kinds.map((one) =>
        database
          .select({ dueAtMs: min(dueAtMs) })
          .from(jobs)
          .where(and(eq(kind, one), isNull(gaveUpAtMs))),
      )
      const rows = (await Promise.all(earliest)).flat()
      const times = rows.flatMap((row) => (row.dueAtMs === null ? [] : [row.dueAtMs]))
      return times.length === 0 ? null : Math.min(...times)
    },

    take: (kinds, limit, { token, nowMs, untilMs }) => {
      const due = database
        .select({ kind, subject })
        .from(jobs)
        .where(and(inArray(kind, [...kinds]), lte(dueAtMs, nowMs), isNull(gaveUpAtMs)))
        .orderBy(dueAtMs)
        .limit(limit)
      return commitTaking(
        database
          .update(jobs)
          .set({ lease: token, dueAtMs: untilMs, attempts: sql`${attempts} + 1` })
          .where(sql`(${kind}, ${subject}) in ${due}`)
          .returning(returning),
        token,
      )
    },

    hold: async (name, { token, nowMs, untilMs }) => {
      const [held = null] = await commitTaking(
        database
          .insert(jobs)
          .values({ ...name, lease: token, dueAtMs: untilMs, attempts: 1 })
          .onConflictDoUpdate({
            target: [kind, subject],
            set: { lease: token, dueAtMs: untilMs, attempts: sql`${attempts} + 1` },
            setWhere: sql`${lease} is null or ${dueAtMs} <= ${nowMs}`,
          })
          .returning(returning),
        token,
      )
      return held
    },

    isHeld: async (held) => {
      const where = sql`${named(held)} and ${lease} = ${held.lease}`
      return (await database.select({ subject }).from(jobs).where(where).get()) !== undefined
    },

    end: (held, end, nowMs) => {
      const ours = sql`${named(held)} and ${lease} = ${held.lease}`
      const expected = expectRow(database, jobs, ours)
      const ifUnchanged = (value: number | string | null | SQL, otherwise: SQL): SQL =>
        sql`case ${revision} when ${held.revision} then ${value} else ${otherwise} end`
      const again = end.kind === 'again' ? end : { dueAtMs: nowMs, problem: null }
      const why = end.kind === 'gave_up' ? end.problem : again.problem
      const remove = toWrite(
        database.delete(jobs).where(sql`${ours} and ${revision} = ${held.revision}`),
      )
      const release = toWrite(
        database
          .update(jobs)
          .set({
            lease: null,
            dueAtMs: ifUnchanged(again.dueAtMs, sql`${nowMs}`),
            problem: ifUnchanged(why, sql`null`),
            // Whoever scheduled it again has set their own.
            attempts: why === null ? ifUnchanged(0, sql`${attempts}`) : sql`${attempts}`,
            gaveUpAtMs: end.kind === 'gave_up' ? ifUnchanged(nowMs, sql`null`) : null,
          })
          .where(ours),
      )
      return end.kind === 'done' ? [expected, remove, release] : [expected, release]
    },

    find: async (name) => (await database.select().from(jobs).where(named(name)).get()) ?? null,
  }
}

const toHeldJob = (row: ReturnedRow, token: string): HeldJob => ({
  kind: String(row['kind']),
  subject: String(row['subject']),
  revision: Number(row['revision']),
  attempts: Number(row['attempts']),
  lease: token,
})
