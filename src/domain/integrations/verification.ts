import type { Config, UserVerification } from '../../config.ts'
import type { Integration } from '../../store/integrations/integrations.ts'

/** How an integration's links are verified: as it is set, or else as the operator has decided. */
export function userVerificationOf(
  { userVerification }: Pick<Config, 'userVerification'>,
  { credentials, defaultUserVerification }: Integration,
): UserVerification {
  const set = credentials['userVerification']
  if (set === 'session' || set === 'confirm' || set === 'none') return set
  // An earlier setting, by which a link ended in the browser in which it began.
  if (credentials['binding'] === 'cookie') return 'confirm'
  return defaultUserVerification ?? userVerification
}

/** How it is verified that whoever connects a workspace acts for the subscriber of the link. */
export const connectVerificationOf = ({
  credentials,
}: Pick<Integration, 'credentials'>): 'session' | 'confirm' =>
  credentials['connectVerification'] === 'session' ? 'session' : 'confirm'
