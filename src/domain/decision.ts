import type { JobRequest } from '../store/jobs/jobs.ts'
import type { Write } from '../store/writer/writes.ts'
import type { DomainEvent } from './events/registry.ts'

/** What a decision changes; committed in one transaction, or not at all. */
export type Change = {
  writes: readonly Write[]
  /**
   * What must still be true at the commit, for rules that no unique index enforces. Each is a
   * statement that fails if it is not met: see `store/writer/expectations.ts`.
   */
  expects: readonly Write[]
  /** The events to record. */
  events: readonly DomainEvent[]
  /** Jobs to schedule as a consequence. The job runner is woken for them. */
  jobs: readonly JobRequest[]
}

/** A positive decision; it takes effect when its change is committed. */
export type Accepted<Value> = { kind: 'accepted'; value: Value; change: Change }

/**
 * The result of a rule: a value with the change that makes it true, or a refusal, which states the
 * reason in its `kind` and changes nothing. Rules know nothing of requests, statuses or queries.
 */
export type Decision<Value, Refusal extends { kind: string } = never> = Accepted<Value> | Refusal

export const accept = <Value>(value: Value, change: Partial<Change> = {}): Accepted<Value> => ({
  kind: 'accepted',
  value,
  change: { writes: [], expects: [], events: [], jobs: [], ...change },
})

/** Combines changes into one, in order. */
export const mergeChanges = (...changes: readonly Change[]): Change => ({
  writes: changes.flatMap(({ writes }) => writes),
  expects: changes.flatMap(({ expects }) => expects),
  events: changes.flatMap(({ events }) => events),
  jobs: changes.flatMap(({ jobs }) => jobs),
})

/**
 * The author of a change: an API key (its id), a command or a job (its name), or a callback (its
 * request id).
 */
export type Actor = { kind: 'api_key' | 'command' | 'callback' | 'job'; id: string }
