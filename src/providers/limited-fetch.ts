import pLimit from 'p-limit'
import { type Fetch, MAX_RESPONSE_BYTES, NotSentError } from './call-provider.ts'

/** Bun runs at most 256 requests at once in a process, and the database may need some of them. */
const MAX_CONCURRENT_CALLS = 100

/**
 * Limits concurrent calls: a provider that hangs, even in the middle of a response, must not block
 * access to the database, where that is a server. The calls' time limit also runs while they are
 * queued. Responses are read until they are larger than any that is accepted.
 */
export function limitedFetch(fetch: Fetch): Fetch {
  const limit = pLimit(MAX_CONCURRENT_CALLS)
  return (url, init) =>
    limit(async () => {
      // Nothing was sent, so an authorization code can be sent again.
      if (init.signal?.aborted === true) throw new NotSentError()
      return arrived(await fetch(url, init))
    })
}

/** A response whose body has arrived, or as much of it as shows that it is too large. */
async function arrived(response: Response): Promise<Response> {
  if (response.body === null) return response
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes > MAX_RESPONSE_BYTES) break
  }
  const { status, headers } = response
  return new Response(Buffer.concat(chunks), { status, headers })
}
