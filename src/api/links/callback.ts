import { BOUND_LINK_PATH, CALLBACK_PATH, readScope } from '../../domain/links/addresses.ts'
import type { BrowserProof } from '../../domain/links/browser-proof.ts'
import { type Completion, completeLink, NO_DESTINATION } from '../../domain/links/complete-link.ts'
import type { KnownLink } from '../../domain/links/known-link.ts'
import { openBoundLink } from '../../domain/links/open-bound-link.ts'
import type { CallbackResult } from '../../domain/links/outcome.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { ApiError } from '../../http/api-error.ts'
import { proofCookie } from '../../http/browser-cookies.ts'
import { declares } from '../../http/declares.ts'
import { acceptsHtml, errorBody } from '../../http/error-response.ts'
import type { Public } from '../../http/pipeline.ts'
import { createResultPages, type ResultPage } from '../../pages/result-page.ts'
import { RESULT_SCRIPT, resultScript } from '../../pages/result-script.ts'
import { tellOf } from './callback-log.ts'
import { CallbackQuery, isPrefetch, readCallback } from './callback-request.ts'
import { createWaits } from './callback-waits.ts'
import { describeOutcome, type FinalResult } from './describe-outcome.ts'
import { LINKS } from './response.ts'

type CallbackContext = { request: Request; set: { headers: Record<string, string | number> } }

/**
 * Where the provider sends the user back, and where a bound link begins. Neither needs an API key:
 * the signed state is the proof.
 */
export const callback = (deps: ApiDeps) => (app: Public) => {
  const resultPage = createResultPages()
  const waitsOf = createWaits(deps.overload)

  async function answerCallback({ request, set }: CallbackContext): Promise<Response> {
    if (isAutomatic(request)) return notOpened()
    const requestId = String(set.headers['x-request-id'] ?? '')
    const completion = await complete(request, requestId)
    note(requestId, completion.result, completion.link)
    return withProof(answerCompletion(request, completion), completion.proof)
  }

  function answerCompletion(
    request: Request,
    { result, destination: { redirectUrl, openerOrigin }, reference }: Completion,
  ): Response {
    if (result.kind === 'link_next') return redirect(result.url)
    // Having the address does not prove that the attempt was made here: the outcome stays untold, also
    // to the page that opened a popup.
    if (result.kind === 'attempt_over') return tellResult(request, reference, result, null)
    const params = redirectParams(result)
    const isDone = params.status !== 'error'
    if (redirectUrl !== null && (isDone || acceptsHtml(request.headers))) {
      return redirect(withParams(redirectUrl, params))
    }
    const opener = openerOrigin === null ? null : { origin: openerOrigin, ...params }
    return tellResult(request, reference, result, opener)
  }

  function withProof(response: Response, proof: BrowserProof | null): Response {
    if (proof !== null) response.headers.append('set-cookie', proofCookie(deps.config, proof))
    return response
  }

  async function complete(request: Request, requestId: string): Promise<Completion> {
    const response = readCallback(request, deps.config)
    if ('kind' in response) {
      const nowhere = { link: null, destination: NO_DESTINATION, proof: null }
      return { result: response, reference: requestId, ...nowhere }
    }
    const actor = { kind: 'callback', id: requestId } as const
    return completeLink(deps, actor, response, waitsOf(request))
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
    if (opened.kind === 'opened') return withProof(redirect(opened.url), opened.proof)
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
      return Response.json(errorBody(error, request.url, deps.clock()), { status })
    }
    const state = result.kind === 'attempt_over' ? 'over' : isDone ? 'success' : 'error'
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
const notOpened = (): Response => new Response(null, { status: 204 })

/** With whatever an attempt has come to, where it was this request that made it. */
const COOKIE = { 'Set-Cookie': 'sometimes' } as const

const DECLARATION = declares({
  operationId: 'IntegrationsController_getChatOAuthCallback',
  summary: 'Where the provider sends the user back',
  description:
    'Register this address at Slack or Microsoft Entra as the redirect URL. A browser gets a page, ' +
    'others get an `ErrorDto` where something went wrong. The browser that comes first with an ' +
    'authorization code gets a cookie, by which it is told the same outcome again for 10 minutes; ' +
    'others with that code are told only that it is done.',
  tag: LINKS,
  access: 'public',
  unvalidatedQuery: CallbackQuery,
  responses: {
    200: {
      description: 'A page that says what became of the link',
      contentType: 'text/html',
      headers: COOKIE,
    },
    204: { description: 'A prefetch or a preview: the link is not used up' },
    302: { description: "To the integration's `redirectUrl`, if it has one", headers: COOKIE },
    400: {
      description:
        'Refused: cancelled, no valid state, or a code that the provider does not accept',
      headers: COOKIE,
    },
    403: { description: 'The link was opened in another browser, and is bound to it' },
    404: { description: 'The integration, subscriber or connection is gone', headers: COOKIE },
    409: {
      description:
        'The user came from another workspace than the one expected, or the link was used',
      headers: COOKIE,
    },
    502: { description: 'The provider does not respond', headers: COOKIE },
  },
})

/** The outcome, as it is added to `redirectUrl` and sent to the page that opened a popup. */
type RedirectParams = { status: 'linked' | 'connected' | 'error'; error?: string }

const redirectParams = ({
  kind,
}: Exclude<FinalResult, { kind: 'attempt_over' }>): RedirectParams =>
  kind === 'linked' || kind === 'connected' ? { status: kind } : { status: 'error', error: kind }

/** Joined as text, so that the operator's address stays as it is, byte for byte. */
const withParams = (redirectUrl: string, params: RedirectParams): string =>
  `${redirectUrl}${redirectUrl.includes('?') ? '&' : '?'}${new URLSearchParams(params)}`

const redirect = (location: string): Response =>
  new Response(null, { status: 302, headers: { location } })
