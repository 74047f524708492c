import { encodeBase64url, sha256Hex } from './bytes.ts'
import type { Keyring } from './keyring.ts'
import type { Random } from './random.ts'

/** A recognisable start, so that secret scanners and people know the key for what it is. */
const PREFIX = 'latch_'

export const createApiKey = (random: Random): string => PREFIX + random.apiKeySecret()

/** What is stored of a key: 190 random bits need no slow hash, and no salt. */
export const digestApiKey = (apiKey: string): string => sha256Hex(apiKey)

/**
 * The sandbox's own key, the same at every start and yet stored nowhere in clear. For the sandbox
 * alone: a real key is random and shown once.
 */
export const sandboxApiKey = (keyring: Keyring): string =>
  `${PREFIX}sandbox_${encodeBase64url(keyring.current.sandboxApiKey)}`
