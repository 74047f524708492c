/** The part of `fetch` that providers use. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type ProviderResponse =
  | { kind: 'answered'; status: number; body: unknown }
  /** `sent`: whether the provider may have received the request. */
  | { kind: 'unavailable'; reason: string; sent: boolean }

const TIMEOUT_MS = 10_000
export const MAX_RESPONSE_BYTES: number = 256 * 1024

/** The time for a call was over before it had its turn. */
export class NotSentError extends Error {
  readonly code = 'NotSent'
}

/** Error codes of a failure before any byte was sent: nothing listens, or no such host exists. */
const NEVER_SENT = new Set([
  'ConnectionRefused',
  'ECONNREFUSED',
  'ENOTFOUND',
  'FailedToOpenSocket',
  'NotSent',
])

/** Posts a form (RFC 6749 §4.1.3), under the same limits as `callProvider`. */
export const postForm = (
  fetch: Fetch,
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<ProviderResponse> =>
  callProvider(fetch, url, { method: 'POST', headers, body: new URLSearchParams(form) })

/**
 * Calls a provider and reads JSON: one attempt, 10 seconds in total, no redirect followed (it could
 * carry the credentials elsewhere), and a response of at most 256 KB.
 */
export async function callProvider(
  fetch: Fetch,
  url: string,
  request: {
    method: 'GET' | 'POST'
    headers: Readonly<Record<string, string>>
    body?: URLSearchParams | string
    /** If less than 10 seconds. */
    timeoutMs?: number
  },
): Promise<ProviderResponse> {
  try {
    const { timeoutMs = TIMEOUT_MS, ...init } = request
    const response = await fetch(url, {
      ...init,
      headers: { ...request.headers, accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await readCapped(response)
    if (text === null) return unavailable('the response is too large', true)
    // A provider that is failing, or is rate-limiting us, says nothing about the request itself.
    if (response.status === 429 || response.status >= 500) {
      return unavailable(`status ${response.status}`, true)
    }
    return { kind: 'answered', status: response.status, body: parseJson(text) }
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    // An abort is a DOMException, whose numeric code carries no information.
    const named = error instanceof Error && 'code' in error && typeof error.code === 'string'
    const reason = named ? String(error.code) : name
    return unavailable(reason, !NEVER_SENT.has(reason))
  }
}

const unavailable = (reason: string, sent: boolean): ProviderResponse => ({
  kind: 'unavailable',
  reason,
  sent,
})

/** A response that is read whole, so that no more than 256 KB can come. Throws where more would. */
export async function capped(response: Response): Promise<Response> {
  const text = await readCapped(response)
  if (text === null) throw new Error('the answer is too large')
  const { status, headers } = response
  return new Response(text, {
    status,
    headers: { 'content-type': headers.get('content-type') ?? '' },
  })
}

async function readCapped(response: Response): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_RESPONSE_BYTES) return null
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Returns `undefined` for invalid JSON: a provider's error page must not become an exception. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
