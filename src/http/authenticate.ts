import { LRUCache } from 'lru-cache'
import type { Deps } from '../deps.ts'
import { digestApiKey } from '../secrets/api-key.ts'
import { hmacHex } from '../secrets/hmac.ts'
import type { KeyHolder } from '../store/environments/api-keys.ts'
import { ApiError } from './api-error.ts'
import type { LimitByAddress } from './client-address.ts'

/** Who calls: the holder of a valid API key, and so one environment. */
export type Caller = Pick<
  KeyHolder,
  'apiKeyId' | 'environmentId' | 'organizationId' | 'permission'
> & {
  /** HMAC-SHA256, hex, with the key that was presented: latch keeps only its digest. */
  hmacWithApiKey(text: string): string
}

const unauthorized = (code: string, message: string): ApiError =>
  new ApiError(401, code, message, { headers: { 'www-authenticate': 'ApiKey' } })

/** A key as it came with a request. */
type PresentedKey = { digest: string; hmacWithApiKey(text: string): string }

/**
 * Says who calls, by `Authorization: ApiKey <key>`. Throws 401 with Novu's texts, or 429 where the
 * client's address has sent too many requests without a valid key. Every invalid key costs one digest
 * and one look-up, so the time it takes says nothing; revoked, expired and unknown keys are
 * indistinguishable to the caller.
 */
export type Authenticate = (request: Request) => Promise<Caller>

/** For the log: the id of the API key that a request came with, as far as it is known; else null. */
export type ApiKeyIdOf = (request: Request) => string | null

/** More keys than one process is called with at a time. */
const MAX_CACHED_KEYS = 1000

export function createAuthenticate(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  limitByAddress: LimitByAddress,
): { authenticate: Authenticate; apiKeyIdOf: ApiKeyIdOf } {
  // Of keys that were good: to take one out of its header and digest it again took 2 µs of the 25
  // that a link takes. Whether it still is good is looked up each time.
  const known = new LRUCache<string, PresentedKey>({ max: MAX_CACHED_KEYS })

  const authenticate: Authenticate = async function authenticate(request) {
    const header = request.headers.get('authorization') ?? ''
    const remembered = known.get(header)
    const presented = remembered ?? readKey(header)
    if (presented instanceof ApiError) {
      limitByAddress(request)
      throw presented
    }
    const found = store.apiKeys.findHolder(presented.digest)
    const holder = found instanceof Promise ? await found : found
    const nowMs = clock()
    if (holder === null || !isLive(holder, nowMs)) {
      limitByAddress(request)
      throw unauthorized('api_key_unknown', 'API Key not found')
    }
    if (remembered === undefined) known.set(header, presented)
    store.apiKeys.noteUse(holder.apiKeyId, nowMs)
    const { apiKeyId, environmentId, organizationId, permission } = holder
    const { hmacWithApiKey } = presented
    return { apiKeyId, environmentId, organizationId, permission, hmacWithApiKey }
  }

  // Looked up for the few requests that are logged: to note it with each would cost all of them.
  const apiKeyIdOf: ApiKeyIdOf = ({ headers }) => {
    const presented = known.peek(headers.get('authorization') ?? '')
    const holder = presented === undefined ? null : store.apiKeys.findHolder(presented.digest)
    return holder === null || holder instanceof Promise ? null : holder.apiKeyId
  }
  return { authenticate, apiKeyIdOf }
}

/** The key of a header, or the 401 that says what is wrong with the header. */
function readKey(header: string): PresentedKey | ApiError {
  if (header === '') return unauthorized('authorization_missing', 'Missing authorization header')
  const space = header.indexOf(' ')
  const scheme = space === -1 ? header : header.slice(0, space)
  if (scheme !== 'ApiKey') {
    // A key sent without its scheme must not come back in the answer, nor reach a log.
    const shown = space === -1 && scheme.length > 16 ? '' : scheme
    return unauthorized('scheme_unknown', `Invalid authentication scheme: "${shown}"`)
  }
  const apiKey = space === -1 ? '' : header.slice(space + 1).trim()
  if (!apiKey) return unauthorized('api_key_missing', 'Unauthorized')
  return { digest: digestApiKey(apiKey), hmacWithApiKey: (text) => hmacHex(apiKey, text) }
}

const isLive = ({ expiresAtMs, revokedAtMs }: KeyHolder, nowMs: number): boolean =>
  (expiresAtMs === null || expiresAtMs > nowMs) && (revokedAtMs === null || revokedAtMs > nowMs)
