import type { UserVerification } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import type { StateClaims } from '../../secrets/state.ts'
import { connectVerificationOf, userVerificationOf } from '../integrations/verification.ts'
import type { LinkTarget } from './target.ts'

/**
 * How it is verified that whoever completes a link is its subscriber, or acts for them. Where a link
 * that connects a workspace has no subscriber, there is nobody whose session could be asked for.
 */
export function verificationOf(
  { config }: Pick<Deps, 'config'>,
  integration: LinkTarget['integration'],
  { mode, subscriberId }: Pick<StateClaims, 'mode' | 'subscriberId'>,
): UserVerification {
  if (mode === 'link_user') return userVerificationOf(config, integration)
  return subscriberId === null ? 'confirm' : connectVerificationOf(integration)
}

/**
 * Whether the user must confirm what the provider answered before it is stored, because nothing else
 * has shown that they are the subscriber. Whoever connects a workspace is always asked: what they have
 * allowed is their workspace's, and the provider's page does not say for whom they allow it.
 */
export const needsConfirmation = (
  deps: Pick<Deps, 'config'>,
  { integration }: Pick<LinkTarget, 'integration'>,
  claims: StateClaims,
): boolean => {
  if (claims.session !== null) return false
  return claims.mode !== 'link_user' || verificationOf(deps, integration, claims) !== 'none'
}
