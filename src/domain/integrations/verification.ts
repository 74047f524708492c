import type { Config, UserVerification } from '../../config.ts'
import type { Integration } from '../../store/integrations/integrations.ts'

/** How an integration's links are verified: as it is set, or else as the operator has decided. */
export function userVerificationOf(
  { userVerification }: Pick<Config, 'userVerification'>,
  { credentials }: Pick<Integration, 'credentials'>,
): UserVerification {
  const set = credentials['userVerification']
  return set === 'session' || set === 'confirm' || set === 'none' ? set : userVerification
}
