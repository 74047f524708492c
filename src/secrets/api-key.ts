import { encodeBase64url, sha256Hex } from './bytes.ts'
import type { Keyring } from './keyring.ts'
import type { Random } from './random.ts'

/** A recognisable prefix, so that secret scanners and people can identify a key. */
const PREFIX = 'latch_'

export const createApiKey = (random: Random): string => PREFIX + random.apiKeySecret()

/** The digest under which a key is stored: 190 random bits need neither a slow hash nor a salt. */
export const digestApiKey = (apiKey: string): string => sha256Hex(apiKey)

/**
 * The sandbox's API key: the same at every start, but never stored in plain text. Only for the
 * sandbox: a real key is random and shown once.
 */
export const sandboxApiKey = (keyring: Keyring): string =>
  `${PREFIX}sandbox_${encodeBase64url(keyring.current.sandboxApiKey)}`
