import type { Deps } from '../deps.ts'
import { digestApiKey } from '../secrets/api-key.ts'
import type { KeyHolder } from '../store/api-keys.ts'
import { ApiError } from './api-error.ts'

/** Who calls: the holder of a valid API key, and so one environment. */
export type Caller = KeyHolder

const unauthorized = (code: string, message: string): ApiError =>
  new ApiError(401, code, message, { headers: { 'www-authenticate': 'ApiKey' } })

/**
 * Reads `Authorization: ApiKey <key>`. Throws 401 with Novu's texts. Every key that is not ours
 * costs one digest and one look-up, so nothing is learned from the time it takes.
 */
export async function authenticate(
  { store }: Pick<Deps, 'store'>,
  headers: Headers,
): Promise<Caller> {
  const header = headers.get('authorization')
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
  const holder = await store.apiKeys.findHolder(digestApiKey(apiKey))
  if (holder === null) throw unauthorized('api_key_unknown', 'API Key not found')
  return holder
}
