import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { ApiError } from '../../http/api-error.ts'
import { errorBody } from '../../http/error-body.ts'
import { wantsPage } from '../../http/wants-page.ts'
import { createResultPages, type ResultPage } from '../../pages/result-page.ts'
import { RESULT_SCRIPT, resultScript } from '../../pages/result-script.ts'
import { BOUND_LINK_PATH, readScope } from '../links/browser-binding.ts'
import { CALLBACK_PATH } from './callback-url.ts'
import { completeLink } from './complete-link.ts'
import { destinationOf, endingOf, withEnding } from './destination.ts'
import { openBoundLink } from './open-bound-link.ts'
import { callbackOperation } from './operations.ts'
import type { CallbackResult } from './outcome.ts'
import { isPrefetch, readCallbackQuery } from './query.ts'
import { tell } from './tell.ts'

type End = Exclude<CallbackResult, { kind: 'link_next' }>
type CallbackContext = { request: Request; set: { headers: Record<string, string | number> } }

/** Where Slack and Microsoft send the user back. Needs no API key: the state is the proof. */
export const callback = (deps: Deps) => {
  const resultPage = createResultPages()

  const note = (requestId: string, { kind }: CallbackResult, status: number): void => {
    deps.log.info({ requestId, outcome: kind, status }, 'callback')
    deps.metrics.callback(kind)
  }

  async function answer({ request, set }: CallbackContext): Promise<Response> {
    if (request.method === 'HEAD' || isPrefetch(request.headers)) {
      return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
    }
    const query = readCallbackQuery(request)
    const result: CallbackResult =
      'repeated' in query
        ? { kind: 'parameter_repeated', parameter: query.repeated }
        : await completeLink(deps, query)
    const requestId = String(set.headers['x-request-id'] ?? '')
    if (result.kind === 'link_next') {
      note(requestId, result, 302)
      return redirect(result.url)
    }
    const { redirectUrl, openerOrigin } = await destinationOf(deps, query)
    const linked = result.kind === 'linked' || result.kind === 'connected'
    const ending = { status: endingOf(result), ...(!linked && { error: result.kind }) }
    if (redirectUrl !== null && (linked || wantsPage(request.headers))) {
      note(requestId, result, 302)
      return redirect(withEnding(redirectUrl, ending))
    }
    const opener = openerOrigin === null ? null : { origin: openerOrigin, ...ending }
    return tellEnd(request, requestId, result, opener)
  }

  async function openBound({ request, set }: CallbackContext, state: string): Promise<Response> {
    const opened = await openBoundLink(deps, state, readScope(new URL(request.url).searchParams))
    if (opened.kind === 'opened') return redirect(opened.url, opened.cookie)
    return tellEnd(request, String(set.headers['x-request-id'] ?? ''), opened, null)
  }

  /** To people as a page, to programs as an `ErrorDto` where it is an error. */
  function tellEnd(
    request: Request,
    requestId: string,
    result: End,
    opener: NonNullable<ResultPage['opener']> | null,
  ): Response {
    const { status, message, ...page } = tell(result, deps.providers)
    note(requestId, result, status)
    const linked = status === 200
    if (!linked && !wantsPage(request.headers)) {
      const error = new ApiError(status, result.kind, message)
      const headers = { 'cache-control': 'no-store' }
      return Response.json(errorBody(error, request.url, deps.clock()), { status, headers })
    }
    const state = linked ? 'success' : 'error'
    return resultPage(status, { ...page, state, reference: linked ? null : requestId, opener })
  }

  return new Elysia({ name: 'callback' })
    .get(CALLBACK_PATH, answer, { detail: callbackOperation })
    .get(BOUND_LINK_PATH, ({ request, params, set }) => openBound({ request, set }, params.state))
    .get(CALLBACK_PATH.replace(/[^/]+$/, RESULT_SCRIPT), () => resultScript())
}

const redirect = (location: string, cookie?: string): Response =>
  new Response(null, {
    status: 302,
    headers: {
      location,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      ...(cookie !== undefined && { 'set-cookie': cookie }),
    },
  })
