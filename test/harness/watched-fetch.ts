import { type AnswerCheck, createAnswerCheck, hold, isChecked } from './declared-responses.ts'
import { sourceRoutes } from './source-routes.ts'

let made: Promise<AnswerCheck> | null = null

/** By the routes of this source; what the executable is told is not known. */
const checkOfExecutable = (): Promise<AnswerCheck> => {
  made ??= sourceRoutes().then((routes) => createAnswerCheck(routes, null))
  return made
}

/**
 * Holds what `fetch` brings against the declarations as well, where a latch of another process has
 * answered; those of this process are checked as they answer.
 */
export function watchFetch(): void {
  const original = globalThis.fetch
  const watched = async (...asked: Parameters<typeof fetch>): Promise<Response> => {
    const response = await original(...asked)
    if (!response.headers.has('x-request-id') || isChecked(response.url)) return response
    const [input, init] = asked
    // The body may have been read by now, and is not needed.
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    const requestHeaders = new Headers(
      init?.headers ?? (input instanceof Request ? input.headers : {}),
    )
    const { status, headers, url } = response
    const text = await response.clone().text()
    hold(await checkOfExecutable(), { method, url, requestHeaders, status, headers, text })
    return response
  }
  globalThis.fetch = Object.assign(watched, { preconnect: original.preconnect })
}
