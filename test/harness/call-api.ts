export const API_KEY = 'latch_test'

export type Answer = { status: number; headers: Headers; body: unknown; text: string }

export type CallApi = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>

/** Calls the API of a service with its environment's key, unless `headers` say otherwise. */
export const createApi =
  (url: string, ask: (url: string, init: RequestInit) => Promise<Response>): CallApi =>
  async (method, path, body, headers = {}) =>
    readAnswer(
      await ask(url + path, {
        method,
        redirect: 'manual',
        headers: {
          authorization: `ApiKey ${API_KEY}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )

/** Reads the whole of an answer. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  }
}
