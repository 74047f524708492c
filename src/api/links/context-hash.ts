import { canonicalize } from '@tufjs/canonical-json'
import type { ContextPayload } from '../../domain/contexts/payload.ts'
import { ApiError, badRequest } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import { encodeUtf8, equalInConstantTime } from '../../secrets/bytes.ts'
import type { Integration } from '../../store/integrations/integrations.ts'

type Hashed = { context?: ContextPayload; contextHash?: string }

/**
 * Where the integration has `hmac`, a context counts only with the hash of its canonical JSON by
 * the API key (novu-behaviour §2.4): so a browser can pass a context on, and cannot make one up.
 * The key is the one that the request came with, as latch keeps no other in clear. Throws 400.
 */
export function verifyContextHash(
  caller: Caller,
  { credentials }: Integration,
  { context, contextHash }: Hashed,
): void {
  if (credentials['hmac'] !== true) return
  if (context === undefined) {
    const message = 'A context is required when HMAC validation is enabled.'
    throw badRequest('context_required', message)
  }
  if (!contextHash) {
    const message = 'A valid contextHash is required when HMAC validation is enabled.'
    throw badRequest('context_hash_required', message)
  }
  const expected = encodeUtf8(caller.hmacWithApiKey(canonicalText(context)))
  if (equalInConstantTime(expected, encodeUtf8(contextHash))) return
  throw badRequest('context_hash_mismatch', 'Please provide a valid context HMAC hash')
}

/** OLPC canonical JSON, which has no fractions: Novu cannot hash them either, and answers 500. */
function canonicalText(context: ContextPayload): string {
  try {
    return canonicalize(context)
  } catch (cause) {
    const message = 'A context with fractional numbers has no canonical JSON to be hashed'
    throw new ApiError(400, 'context_not_canonical', message, { cause })
  }
}
