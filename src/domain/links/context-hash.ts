import { canonicalize } from '@tufjs/canonical-json'
import { encodeUtf8, equalInConstantTime } from '../../secrets/bytes.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { ContextPayload } from '../contexts/payload.ts'

/** A context, and the proof that it was created by the holder of the API key. */
export type HashedContext = { context?: ContextPayload; contextHash?: string }

export type ContextHashRefusal =
  | { kind: 'context_required'; for: 'context_hash' }
  | { kind: 'context_hash_required' }
  | { kind: 'context_hash_mismatch' }
  | { kind: 'context_not_canonical' }

/**
 * If an integration has `hmac`, a context is accepted only with the HMAC of its canonical JSON, so
 * that a browser can pass it on but cannot make one up. `hmacWithApiKey` signs with the API key of
 * the request, because latch stores no key in plain text. Null if the context is accepted.
 */
export function refuseUnprovenContext(
  { credentials }: Integration,
  hmacWithApiKey: (text: string) => string,
  { context, contextHash }: HashedContext,
): ContextHashRefusal | null {
  if (credentials['hmac'] !== true) return null
  if (context === undefined) return { kind: 'context_required', for: 'context_hash' }
  if (!contextHash) return { kind: 'context_hash_required' }
  const text = canonicalText(context)
  if (text === null) return { kind: 'context_not_canonical' }
  const isRight = equalInConstantTime(encodeUtf8(hmacWithApiKey(text)), encodeUtf8(contextHash))
  return isRight ? null : { kind: 'context_hash_mismatch' }
}

/** OLPC canonical JSON; null for fractional numbers, which it cannot express. */
function canonicalText(context: ContextPayload): string | null {
  try {
    return canonicalize(context)
  } catch {
    return null
  }
}
