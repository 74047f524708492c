import { LRUCache } from 'lru-cache'
import type { Deps } from '../deps.ts'
import { digestApiKey } from '../secrets/api-key.ts'
import { hmacHex } from '../secrets/hmac.ts'
import type { KeyHolder } from '../store/environments/api-keys.ts'
import { ApiError } from './api-error.ts'
import type { AddressLimit } from './client-address.ts'

/** The holder of a valid API key. A key belongs to one environment. */
export type Caller = Pick<
  KeyHolder,
  'apiKeyId' | 'environmentId' | 'organizationId' | 'permissions' | 'audiences'
> & {
  /**
   * HMAC-SHA256 in hex, keyed with the presented API key. Possible only during a request: latch
   * stores just the key's digest.
   */
  hmacWithApiKey(text: string): string
}

const unauthorized = (code: string, message: string): ApiError =>
  new ApiError(401, code, message, { headers: { 'www-authenticate': 'ApiKey' } })

/** The API key that a request presented. */
type PresentedKey = { digest: string; hmacWithApiKey(text: string): string }

/**
 * Authenticates a request by `Authorization: ApiKey <key>`. Throws 401 with Novu's messages, or 429
 * if the client address has sent too many requests without a valid key. Every invalid key costs one
 * digest and one look-up, so timing reveals nothing, revoked, expired and unknown keys are
 * indistinguishable to the caller.
 */
export type Authenticate = (request: Request) => Promise<Caller>

/** For the log: the id of a request's API key, or null if it is not in memory. */
export type ApiKeyIdOf = (request: Request) => string | null

/** More than the keys in use at one process at a time. */
const MAX_CACHED_KEYS = 1000

/**
 * New keys that are looked up at once, of addresses that have sent too many invalid ones. Without a
 * limit, made-up keys keep a database server busy; a valid one still has its turn.
 */
const MAX_DOUBTFUL = 4

export function createAuthenticate(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  addressLimit: AddressLimit,
): { authenticate: Authenticate; apiKeyIdOf: ApiKeyIdOf } {
  // Parsed headers of valid keys, because parsing and digesting one takes 2 µs of the 25 µs that a
  // link takes. Whether the key is still valid is looked up on every request.
  const known = new LRUCache<string, PresentedKey>({ max: MAX_CACHED_KEYS })

  let doubtful = 0
  /** Looks up a key that is most likely made up. Throws 429 if too many others are being looked up. */
  async function lookUpDoubtful(
    request: Request,
    { digest }: PresentedKey,
  ): Promise<KeyHolder | null> {
    if (doubtful >= MAX_DOUBTFUL) addressLimit.charge(request)
    doubtful += 1
    try {
      return await store.apiKeys.findHolder(digest)
    } finally {
      doubtful -= 1
    }
  }

  const authenticate: Authenticate = async function authenticate(request) {
    const header = request.headers.get('authorization') ?? ''
    const remembered = known.get(header)
    const presented = remembered ?? readKey(header)
    if (presented instanceof ApiError) {
      addressLimit.charge(request)
      throw presented
    }
    const isDoubtful = remembered === undefined && addressLimit.isExhausted(request)
    const found = isDoubtful
      ? lookUpDoubtful(request, presented)
      : store.apiKeys.findHolder(presented.digest)
    const holder = found instanceof Promise ? await found : found
    const nowMs = clock()
    if (holder === null || !isLive(holder, nowMs)) {
      addressLimit.charge(request)
      throw unauthorized('api_key_unknown', 'API Key not found')
    }
    if (remembered === undefined) known.set(header, presented)
    store.apiKeys.noteUse(holder.apiKeyId, nowMs)
    const { apiKeyId, environmentId, organizationId, permissions, audiences } = holder
    const { hmacWithApiKey } = presented
    return { apiKeyId, environmentId, organizationId, permissions, audiences, hmacWithApiKey }
  }

  // Looked up again for the few requests that are logged; remembering it would slow down them all.
  const apiKeyIdOf: ApiKeyIdOf = ({ headers }) => {
    const presented = known.peek(headers.get('authorization') ?? '')
    const holder = presented === undefined ? null : store.apiKeys.findHolder(presented.digest)
    return holder === null || holder instanceof Promise ? null : holder.apiKeyId
  }
  return { authenticate, apiKeyIdOf }
}

/** Parses the header. Returns the key, or a 401 that says what is wrong with the header. */
function readKey(header: string): PresentedKey | ApiError {
  if (header === '') return unauthorized('authorization_missing', 'Missing authorization header')
  const space = header.indexOf(' ')
  const scheme = space === -1 ? header : header.slice(0, space)
  if (scheme !== 'ApiKey') {
    // If a key was sent without a scheme, it must not be echoed in the response or the log.
    const shown = space === -1 && scheme.length > 16 ? '' : scheme
    return unauthorized('scheme_unknown', `Invalid authentication scheme: "${shown}"`)
  }
  const apiKey = space === -1 ? '' : header.slice(space + 1).trim()
  if (!apiKey) return unauthorized('api_key_missing', 'Unauthorized')
  return { digest: digestApiKey(apiKey), hmacWithApiKey: (text) => hmacHex(apiKey, text) }
}

const isLive = ({ expiresAtMs, revokedAtMs }: KeyHolder, nowMs: number): boolean =>
  (expiresAtMs === null || expiresAtMs > nowMs) && (revokedAtMs === null || revokedAtMs > nowMs)
