import { signHmac } from './hmac.ts'
import type { DerivedKeys } from './keyring.ts'

/** An attempt to complete a link, told apart from the others by what the provider sent back. */
export type Attempt = {
  /** A keyed digest of the authorization code, which says nothing about it: 132 bits. */
  id: string
  /** What the browser that made the attempt is given to keep, to be recognised by. */
  browserProof: string
}

const ID_LENGTH = 22

/** `sent` is what the provider sent back, such as the code. Derived from it and not stored. */
export const deriveAttempt = (
  keys: Pick<DerivedKeys, 'attempt' | 'browser'>,
  jti: string,
  sent: string,
): Attempt => attemptWithId(keys, signHmac(keys.attempt, `${jti}\n${sent}`).slice(0, ID_LENGTH))

/** The attempt with this id, which need not exist. */
export const attemptWithId = ({ browser }: Pick<DerivedKeys, 'browser'>, id: string): Attempt => ({
  id,
  // The line break keeps it apart from the proof that a link is opened with, the HMAC of a `jti`.
  browserProof: signHmac(browser, `attempt\n${id}`),
})

/** Signs what a form sends back, so that only pages of latch can have made the form. */
export const signForm = ({ browser }: Pick<DerivedKeys, 'browser'>, text: string): string =>
  signHmac(browser, `form\n${text}`)
