import { and, eq, inArray, isNull, lte, min, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { jobs } from '../schema/internal.ts'
import type { ReturnedRow } from '../writer/committer.ts'
import { expectRow } from '../writer/expectations.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/** Work that is due at a certain time. */
export type Job = typeof jobs.$inferSelect

/** Identifies a job: there is at most one per kind and subject. */
export type JobName = Pick<Job, 'kind' | 'subject'>

/** A request to schedule a job. `attempts`: how many attempts were already made by its cause. */
export type JobRequest = JobName & { dueAtMs: number; attempts?: number }

/** A job that a process is working on. `attempts` includes the current one. */
export type HeldJob = JobName & Pick<Job, 'revision' | 'attempts'> & { lease: string }

/** The lease on a job: until when it is exclusive, and the token that identifies it. */
export type Lease = { token: string; nowMs: number; untilMs: number }

/** The result of working on a job. */
export type JobEnd =
  /** The job is complete and is removed. */
  | { kind: 'done' }
  /** It is due again. If `problem` is null the attempt succeeded, and attempts restart at 0. */
  | { kind: 'again'; dueAtMs: number; problem: string | null }
  /** It failed, and is not retried until it is scheduled again. */
  | { kind: 'gave_up'; problem: string }

export type Jobs = {
  /**
   * Schedules a job, in the commit of the change that causes it. An existing job becomes due at the
   * earlier of both times, and its attempts restart. A job that is held keeps its lease and becomes
   * due when the holder ends it, because the holder may have started before the cause.
   */
  schedule(request: JobRequest): Write
  /** Schedules a job for each `subject` that a query finds at the time of the commit. */
  scheduleEach(subjects: SQL, request: Omit<JobRequest, 'subject'>): Write
  /** The earliest time at which a job of these kinds is due; null if there is none. */
  nextDueAtMs(kinds: readonly string[]): Promise<number | null>
  /**
   * Takes up to `limit` jobs that are due, longest overdue first. Each job is leased to one process
   * only.
   */
  take(kinds: readonly string[], limit: number, lease: Lease): Promise<HeldJob[]>
  /**
   * Takes one job, due or not, and creates it if it does not exist; null if another holder has it.
   */
  hold(name: JobName, lease: Lease): Promise<HeldJob | null>
  /** Whether a job is still held under the same lease. */
  isHeld(held: HeldJob): Promise<boolean>
  /**
   * The writes that end work on a job, committed together with its effect. They fail the commit if
   * the lease has expired and another process has taken the job. A job that was scheduled again
   * meanwhile is due now, whatever the result.
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
          // In the order of the table's columns, in which drizzle lists them before a `select`.
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
      // One index lookup per kind; a single `min` over all kinds would read every job.
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
            // If it was scheduled again, keep the attempts set then.
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
