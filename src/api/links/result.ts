import { confirmUrl } from '../../domain/links/addresses.ts'
import type { BrowserProof } from '../../domain/links/browser-proof.ts'
import type { Destination } from '../../domain/links/complete-link.ts'
import type { KnownLink } from '../../domain/links/known-link.ts'
import type { CallbackResult } from '../../domain/links/outcome.ts'
import { findDetails, type OwnAttempt } from '../../domain/links/result-details.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { ApiError } from '../../http/api-error.ts'
import { proofCookie } from '../../http/browser-cookies.ts'
import { acceptsHtml, errorBody } from '../../http/error-response.ts'
import { createResultPages, type ResultPage } from '../../pages/result-page.ts'
import { tellOf } from './callback-log.ts'
import { describeDetails } from './describe-details.ts'
import { describeOutcome, type FinalResult } from './describe-outcome.ts'

/** A result, and how it is told. */
export type ToldResult = {
  result: FinalResult
  /** The id of the request that recorded a failure; shown to the user, for the operator. */
  reference: string
  destination: Destination
  /** The attempt, if this is the browser that made it. */
  own: OwnAttempt | null
  /** Sent by a form: see `ResultPage.goOnTo`. */
  isForm?: boolean
}

/** Responds with results of links, to browsers and to programs. */
export type Results = {
  respond(request: Request, told: ToldResult): Promise<Response>
  /** Sends a browser that has sent a form on to another site: see `ResultPage.goOnTo`. */
  goOn(url: string): Response
  /** Leads a browser to the page that asks the user to confirm; a program is told where it is. */
  leadToConfirmation(request: Request, own: OwnAttempt): Response
  /** Logs and counts a result. */
  note(requestId: string, result: CallbackResult, link: KnownLink | null): void
  /** Adds the cookie by which the browser is recognised. */
  withProof(response: Response, proof: BrowserProof | null): Response
}

export function createResults(deps: ApiDeps): Results {
  const resultPage = createResultPages()

  async function respond(request: Request, told: ToldResult): Promise<Response> {
    const { result, destination, isForm = false } = told
    const { redirectUrl, openerOrigin } = destination
    // Having the address does not prove that the attempt was made here: the outcome stays untold, also
    // to the page that opened a popup.
    if (result.kind === 'attempt_over') return tell(request, told, null, null)
    const params = redirectParams(result)
    const isDone = params.status !== 'error'
    const goOnTo =
      redirectUrl !== null && (isDone || acceptsHtml(request.headers))
        ? withParams(redirectUrl, params)
        : null
    if (goOnTo !== null && !isForm) return redirect(goOnTo)
    const opener = openerOrigin === null ? null : { origin: openerOrigin, ...params }
    return tell(request, told, goOnTo === null ? opener : null, goOnTo)
  }

  /** A browser gets a page; a program gets an `ErrorDto` where something went wrong. */
  async function tell(
    request: Request,
    { result, reference, own }: ToldResult,
    opener: NonNullable<ResultPage['opener']> | null,
    goOnTo: string | null,
  ): Promise<Response> {
    const { status, message, ...page } = describeOutcome(result, deps.providers)
    const isDone = status === 200
    if (!isDone && !acceptsHtml(request.headers)) {
      const error = new ApiError(status, result.kind, message)
      return Response.json(errorBody(error, request.url, deps.clock()), { status })
    }
    const state = result.kind === 'attempt_over' ? 'over' : isDone ? 'success' : 'error'
    const details =
      own === null || goOnTo !== null
        ? {}
        : describeDetails(own, await findDetails(deps, own, result))
    const shown = { ...page, state, reference: isDone ? null : reference, opener, goOnTo } as const
    return resultPage(status, { ...shown, ...details })
  }

  return {
    respond,
    leadToConfirmation: ({ headers }, own) => {
      const url = confirmUrl(deps.config, own)
      if (acceptsHtml(headers)) return redirect(url, 303)
      return Response.json({ status: 'confirmation_required', confirmUrl: url }, { status: 202 })
    },
    goOn: (goOnTo) => resultPage(200, { ...ONE_MORE_STEP, goOnTo }),
    note: (requestId, result, link) => {
      const told = tellOf(result, link)
      deps.metrics.callback(told.provider, told.outcome, told.reason)
      deps.log[told.level]({ requestId, ...told.fields }, 'callback')
    },
    withProof: (response, proof) => {
      if (proof !== null) response.headers.append('set-cookie', proofCookie(deps.config, proof))
      return response
    },
  }
}

const ONE_MORE_STEP = {
  state: 'success',
  title: 'One more step',
  heading: 'One more step',
  intro: 'We are taking you there.',
  advice: null,
  reference: null,
} as const

/** The outcome, as it is added to `redirectUrl` and sent to the page that opened a popup. */
type RedirectParams = { status: 'linked' | 'connected' | 'error'; error?: string }

const redirectParams = ({
  kind,
}: Exclude<FinalResult, { kind: 'attempt_over' }>): RedirectParams =>
  kind === 'linked' || kind === 'connected' ? { status: kind } : { status: 'error', error: kind }

/** Joined as text, so that the operator's address stays as it is, byte for byte. */
const withParams = (redirectUrl: string, params: RedirectParams): string =>
  `${redirectUrl}${redirectUrl.includes('?') ? '&' : '?'}${new URLSearchParams(params)}`

/** `303`: also after a POST, the browser asks by GET. */
export const redirect = (location: string, status: 302 | 303 = 302): Response =>
  new Response(null, { status, headers: { location } })
