import type { Deps } from '../deps.ts'
import { digestApiKey } from '../secrets/api-key.ts'
import { hmacHex } from '../secrets/hmac.ts'
import type { KeyHolder } from '../store/api-keys.ts'
import { ApiError } from './api-error.ts'

/** Who calls: the holder of a valid API key, and so one environment. */
export type Caller = Pick<KeyHolder, 'environmentId' | 'organizationId' | 'permission'> & {
  /** HMAC-SHA256, hex, with the key that was presented: latch keeps only its digest. */
  hmacWithApiKey(text: string): string
}

const unauthorized = (code: string, message: string): ApiError =>
  new ApiError(401, code, message, { headers: { 'www-authenticate': 'ApiKey' } })

/**
 * Reads `Authorization: ApiKey <key>`. Throws 401 with Novu's texts. Every key that is not ours
 * costs one digest and one look-up, so nothing is learned from the time it takes; a key that was
 * revoked or has expired is told apart from one that never was to nobody.
 */
export async function authenticate(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  headers: Headers,
): Promise<Caller> {
  const apiKey = presentedKey(headers.get('authorization'))
  const holder = await store.apiKeys.findHolder(digestApiKey(apiKey))
  const nowMs = clock()
  if (holder === null || !isLive(holder, nowMs)) {
    throw unauthorized('api_key_unknown', 'API Key not found')
  }
  store.apiKeys.noteUse(holder.apiKeyId, nowMs)
  const { environmentId, organizationId, permission } = holder
  const hmacWithApiKey = (text: string): string => hmacHex(apiKey, text)
  return { environmentId, organizationId, permission, hmacWithApiKey }
}

function presentedKey(header: string | null): string {
  if (!header) throw unauthorized('authorization_missing', 'Missing authorization header')
  const space = header.indexOf(' ')
  const scheme = space === -1 ? header : header.slice(0, space)
  if (scheme !== 'ApiKey') {
    // A key sent without its scheme must not come back in the answer, nor reach a log.
    const shown = space === -1 && scheme.length > 16 ? '' : scheme
    throw unauthorized('scheme_unknown', `Invalid authentication scheme: "${shown}"`)
  }
  const apiKey = space === -1 ? '' : header.slice(space + 1).trim()
  if (!apiKey) throw unauthorized('api_key_missing', 'Unauthorized')
  return apiKey
}

const isLive = ({ expiresAtMs, revokedAtMs }: KeyHolder, nowMs: number): boolean =>
  (expiresAtMs === null || expiresAtMs > nowMs) && (revokedAtMs === null || revokedAtMs > nowMs)
