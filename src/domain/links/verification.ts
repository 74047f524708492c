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
 * has shown that they are the subscriber. Whoever installs an app is always asked: its token is their
 * workspace's, and the provider's page does not say for whom they install it.
 */
export const needsConfirmation = (
  deps: Pick<Deps, 'config'>,
  { integration, provider }: Pick<LinkTarget, 'integration' | 'provider'>,
  { mode }: Pick<StateClaims, 'mode'>,
): boolean =>
  mode === 'link_user'
    ? verificationOf(deps, { integration }) !== 'none'
    : provider.connect?.kind === 'code'
