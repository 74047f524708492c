import type { Deps } from '../../deps.ts'
import { STATE_LIFETIME_MS, type StateClaims } from '../../secrets/state.ts'
import type { Credentials } from '../../store/integrations/integrations.ts'
import type { BrowserProof } from './browser-proof.ts'

/**
 * Off by default, because it breaks links that are opened in one browser and completed in another.
 */
export const isBound = (credentials: Credentials): boolean => credentials['binding'] === 'cookie'

/** What the browser that opens a bound link is given. */
export const bindingProof = (
  { states }: { states: Pick<Deps['states'], 'proofs'> },
  { jti }: Pick<StateClaims, 'jti'>,
): BrowserProof => ({
  // One per link, so that two tabs do not overwrite each other's.
  id: jti.slice(0, 16),
  value: states.proofs(jti).browserBinding,
  lifetimeMs: STATE_LIFETIME_MS,
})
