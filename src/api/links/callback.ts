import type { Deps } from '../../deps.ts'
import { BOUND_LINK_PATH, CALLBACK_PATH, readScope } from '../../domain/links/addresses.ts'
import { type Completion, completeLink, NO_DESTINATION } from '../../domain/links/complete-link.ts'
import type { KnownLink } from '../../domain/links/known-link.ts'
import { openBoundLink } from '../../domain/links/open-bound-link.ts'
import type { CallbackResult } from '../../domain/links/outcome.ts'
import { ApiError } from '../../http/api-error.ts'
import { declares } from '../../http/declares.ts'
import { acceptsHtml, errorBody } from '../../http/error-response.ts'
import type { Public } from '../../http/pipeline.ts'
import { createResultPages, type ResultPage } from '../../pages/result-page.ts'
import { RESULT_SCRIPT, resultScript } from '../../pages/result-script.ts'
import { tellOf } from './callback-log.ts'
import { CallbackQuery, isPrefetch, readCallback } from './callback-request.ts'
import { describeOutcome, type FinalResult } from './describe-outcome.ts'
import { LINKS } from './response.ts'

type CallbackContext = { request: Request; set: { headers: Record<string, string | number> } }

/**
 * Where the provider sends the user back, and where a bound link begins. Neither needs an API key:
 * the signed state is the proof.
 */
export const callback = (deps: Deps) => (app: Public) => {
  const resultPage = createResultPages()

  async function answerCallback({ request, set }: CallbackContext): Promise<Response> {
    if (isAutomatic(request)) return notOpened()
    const requestId = String(set.headers['x-request-id'] ?? '')
    const { result, link, destination, reference } = await complete(request, requestId)
    note(requestId, result, link)
    if (result.kind === 'link_next') return redirect(result.url)
    const { redirectUrl, openerOrigin } = destination
    const params = redirectParams(result)
    const isDone = params.status !== 'error'
    if (redirectUrl !== null && (isDone || acceptsHtml(request.headers))) {
      return redirect(withParams(redirectUrl, params))
    }
    const opener = openerOrigin === null ? null : { origin: openerOrigin, ...params }
    return tellResult(request, reference, result, opener)
  }

  async function complete(request: Request, requestId: string): Promise<Completion> {
    const response = readCallback(request)
    return 'kind' in response
      ? { result: response, link: null, destination: NO_DESTINATION, reference: requestId }
      : completeLink(deps, { kind: 'callback', id: requestId }, response)
  }

  async function answerBoundLink(
    { request, set }: CallbackContext,
    state: string,
  ): Promise<Response> {
    if (isAutomatic(request)) return notOpened()
    const requestId = String(set.headers['x-request-id'] ?? '')
    const scope = readScope(new URL(request.url).searchParams)
    const actor = { kind: 'callback', id: requestId } as const
    const { opened, link, reference } = await openBoundLink(deps, actor, state, scope)
    if (opened.kind === 'opened') return redirect(opened.url, opened.cookie)
    note(requestId, opened, link)
    return tellResult(request, reference, opened, null)
  }

  /** A browser gets a page; a program gets an `ErrorDto` where something went wrong. */
  function tellResult(
    request: Request,
    reference: string,
    result: FinalResult,
    opener: NonNullable<ResultPage['opener']> | null,
  ): Response {
    const { status, message, ...page } = describeOutcome(result, deps.providers)
    const isDone = status === 200
    if (!isDone && !acceptsHtml(request.headers)) {
      const error = new ApiError(status, result.kind, message)
      const headers = { 'cache-control': 'no-store' }
      return Response.json(errorBody(error, request.url, deps.clock()), { status, headers })
    }
    const state = isDone ? 'success' : 'error'
    return resultPage(status, { ...page, state, reference: isDone ? null : reference, opener })
  }

  const note = (requestId: string, result: CallbackResult, link: KnownLink | null): void => {
    const told = tellOf(result, link)
    deps.metrics.callback(told.provider, told.outcome, told.reason)
    deps.log[told.level]({ requestId, ...told.fields }, 'callback')
  }

  return app
    .get(CALLBACK_PATH, answerCallback, DECLARATION)
    .get(BOUND_LINK_PATH, (context) => answerBoundLink(context, context.params.state))
    .get(CALLBACK_PATH.replace(/[^/]+$/, RESULT_SCRIPT), () => resultScript())
}

const isAutomatic = ({ method, headers }: Request): boolean =>
  method === 'HEAD' || isPrefetch(headers)

/** For a browser that prefetches, or a bot that makes a preview: nothing happens. */
const notOpened = (): Response =>
  new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })

const DECLARATION = declares({
  operationId: 'IntegrationsController_getChatOAuthCallback',
  summary: 'Where the provider sends the user back',
  description:
    'Register this address at Slack or Microsoft Entra as the redirect URL. A browser gets a page, ' +
    'others get an `ErrorDto` where something went wrong. A link that was completed shows the same ' +
    'outcome however often its address is opened.',
  tag: LINKS,
  access: 'public',
  unvalidatedQuery: CallbackQuery,
  responses: {
    200: { description: 'A page that says what became of the link', contentType: 'text/html' },
    204: { description: 'A prefetch or a preview: nothing is spent' },
    302: { description: "To the integration's `redirectUrl`, where it has one" },
    400: {
      description: 'Refused: cancelled, no valid state, or a code that the provider does not take',
    },
    403: { description: 'The link was opened in another browser, and is bound to it' },
    404: { description: 'The integration, subscriber or connection is gone' },
    409: { description: 'The user came from another workspace than the one expected' },
    502: { description: 'The provider does not answer' },
  },
})

/** What is added to the integration's `redirectUrl`, and told to the page that opened a popup. */
type RedirectParams = { status: 'linked' | 'connected' | 'error'; error?: string }

const redirectParams = ({ kind }: FinalResult): RedirectParams =>
  kind === 'linked' || kind === 'connected' ? { status: kind } : { status: 'error', error: kind }

/** Joined as text, so that the operator's address stays as it is, byte for byte. */
const withParams = (redirectUrl: string, params: RedirectParams): string =>
  `${redirectUrl}${redirectUrl.includes('?') ? '&' : '?'}${new URLSearchParams(params)}`

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
