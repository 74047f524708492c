import type { JobRequest } from '../store/jobs/jobs.ts'
import type { Write } from '../store/writer/writes.ts'
import type { DomainEvent } from './events/registry.ts'

/** What a decision changes. All of it is committed in one transaction, or none of it. */
export type Change = {
  writes: readonly Write[]
  /**
   * What must still be true when the change is committed, for rules that no unique index holds. A
   * statement that fails where it is not: see `store/writer/expectations.ts`.
   */
  expects: readonly Write[]
  /** What it tells to those who listen, and to those who ask later. */
  events: readonly DomainEvent[]
  /** What has to be done later because of it; whoever works on jobs is woken for them. */
  jobs: readonly JobRequest[]
}

/** A decision that stands, once its change is committed. */
export type Accepted<Value> = { kind: 'accepted'; value: Value; change: Change }

/**
 * What a rule comes to: a value and the change that makes it true, or a refusal, which says why by
 * its `kind` and changes nothing. Rules know nothing of requests, statuses or queries.
 */
export type Decision<Value, Refusal extends { kind: string } = never> = Accepted<Value> | Refusal

export const accept = <Value>(value: Value, change: Partial<Change> = {}): Accepted<Value> => ({
  kind: 'accepted',
  value,
  change: { writes: [], expects: [], events: [], jobs: [], ...change },
})

/** Several changes as one, in their order. */
export const mergeChanges = (...changes: readonly Change[]): Change => ({
  writes: changes.flatMap(({ writes }) => writes),
  expects: changes.flatMap(({ expects }) => expects),
  events: changes.flatMap(({ events }) => events),
  jobs: changes.flatMap(({ jobs }) => jobs),
})

/** Who changes something: the id of an API key, the name of a command or a job, a request's id. */
export type Actor = { kind: 'api_key' | 'command' | 'callback' | 'job'; id: string }
