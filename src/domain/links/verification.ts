import type { UserVerification } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import type { StateClaims } from '../../secrets/state.ts'
import { userVerificationOf } from '../integrations/verification.ts'
import type { LinkTarget } from './target.ts'

/** How it is verified that whoever completes a link is its subscriber. */
export const verificationOf = (
  { config }: Pick<Deps, 'config'>,
  { integration }: Pick<LinkTarget, 'integration'>,
): UserVerification => userVerificationOf(config, integration)

/**
 * Whether the user must confirm what the provider answered before it is stored, because nothing else
 * has shown that they are the subscriber.
 */
export const needsConfirmation = (
  deps: Pick<Deps, 'config'>,
  target: Pick<LinkTarget, 'integration'>,
  { mode }: Pick<StateClaims, 'mode'>,
): boolean => mode === 'link_user' && verificationOf(deps, target) !== 'none'
