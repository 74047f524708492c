import { canonicalize } from '@tufjs/canonical-json'
import { encodeUtf8, equalInConstantTime } from '../../secrets/bytes.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import type { ContextPayload } from '../contexts/payload.ts'

/** A context, with the proof that the holder of the API key wrote it. */
export type HashedContext = { context?: ContextPayload; contextHash?: string }

export type ContextHashRefusal =
  | { kind: 'context_required'; for: 'context_hash' }
  | { kind: 'context_hash_required' }
  | { kind: 'context_hash_mismatch' }
  | { kind: 'context_not_canonical' }

/**
 * Where an integration has `hmac`, a context counts only with the HMAC of its canonical JSON, so
 * that a browser can pass a context on and cannot make one up. `hmacWithApiKey` signs with the key
 * that the request came with, as latch keeps no API key in clear text. Null where it may go on.
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

/** OLPC canonical JSON; null for fractional numbers, which it does not have. */
function canonicalText(context: ContextPayload): string | null {
  try {
    return canonicalize(context)
  } catch {
    return null
  }
}
