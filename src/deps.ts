import type { Config } from './config.ts'
import type { TokenReads } from './domain/connections/token-reads.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import type { Providers } from './providers/create-providers.ts'
import type { Random } from './secrets/random.ts'
import type { States } from './secrets/state.ts'
import type { Store } from './store/store.ts'

/** Everything that varies: passed in, so that a test can choose it. */
export type Deps = {
  config: Config
  store: Store
  states: States
  providers: Providers
  random: Random
  /** Counts who reads tokens. */
  tokenReads: TokenReads
  log: Log
  metrics: Metrics
  /** Milliseconds since 1970. */
  clock(): number
  /** Milliseconds that only ever grow, whatever the clock is set to. */
  monotonicMs(): number
  sleep(ms: number): Promise<void>
  /** Tells whoever works on jobs here, if anybody does, that one was scheduled. */
  wakeJobs(): void
}
