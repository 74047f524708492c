import type { Config } from './config.ts'
import type { TokenReads } from './domain/connections/token-reads.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import type { Providers } from './providers/create-providers.ts'
import type { Random } from './secrets/random.ts'
import type { States } from './secrets/state.ts'
import type { Store } from './store/store.ts'

/** Everything that can vary, passed in so that tests can replace it. */
export type Deps = {
  config: Config
  store: Store
  states: States
  providers: Providers
  random: Random
  /** Records which API keys read tokens. */
  tokenReads: TokenReads
  log: Log
  metrics: Metrics
  /** Milliseconds since 1970. */
  clock(): number
  /** Milliseconds of a monotonic clock: never goes back, even if the system clock is changed. */
  monotonicMs(): number
  sleep(ms: number): Promise<void>
  /** Wakes the job runner of this process, if there is one, after a job was scheduled. */
  wakeJobs(): void
}
