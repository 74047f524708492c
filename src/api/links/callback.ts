import { Type } from '@sinclair/typebox'
import { CALLBACK_PATH, readScope, SESSION_LINK_PATH } from '../../domain/links/addresses.ts'
import { type Completion, completeLink, NO_DESTINATION } from '../../domain/links/complete-link.ts'
import { openSessionLink } from '../../domain/links/open-session-link.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { readProofs } from '../../http/browser-cookies.ts'
import { declares } from '../../http/declares.ts'
import type { Public } from '../../http/pipeline.ts'
import { RESULT_SCRIPT, resultScript } from '../../pages/result-script.ts'
import { answerConfirmation } from './answer-confirmation.ts'
import { createAttemptPages, type PageContext } from './attempt-pages.ts'
import { CallbackQuery, isAutomatic, notOpened, readCallback } from './callback-request.ts'
import { createWaits } from './callback-waits.ts'
import { createAskConfirmation } from './describe-confirmation.ts'
import { LINKS } from './response.ts'
import { createResults, redirect } from './result.ts'
import { showConfirmation } from './show-confirmation.ts'
import { undo } from './undo.ts'
import { unlinkFromOther } from './unlink-other.ts'

/**
 * Where the provider sends the user back, where a link with a session begins, and the pages of an attempt. None
 * needs an API key: the signed state is the proof.
 */
export const callback = (deps: ApiDeps) => (app: Public) => {
  const results = createResults(deps)
  const pages = createAttemptPages(deps, results)
  const ask = createAskConfirmation(deps)
  const waitsOf = createWaits(deps.overload)

  async function answerCallback({ request, set }: PageContext): Promise<Response> {
    if (isAutomatic(request)) return notOpened()
    const requestId = String(set.headers['x-request-id'] ?? '')
    const completion = await complete(request, requestId)
    results.note(requestId, completion.result, completion.link)
    return results.withProof(await answerCompletion(request, completion), completion.proof)
  }

  function answerCompletion(
    request: Request,
    { result, destination, reference, own }: Completion,
  ): Response | Promise<Response> {
    if (result.kind === 'sign_in') return redirect(result.url)
    if (result.kind === 'confirmation_required') {
      if (own === null) throw new Error('only the browser of an attempt is asked to confirm it')
      return results.leadToConfirmation(request, own)
    }
    return results.respond(request, { result, reference, destination, own })
  }

  async function complete(request: Request, requestId: string): Promise<Completion> {
    const response = readCallback(request, deps.config)
    if ('kind' in response) {
      const nowhere = { link: null, destination: NO_DESTINATION, proof: null, own: null }
      return { result: response, reference: requestId, ...nowhere }
    }
    const actor = { kind: 'callback', id: requestId } as const
    return completeLink(deps, actor, response, waitsOf(request))
  }

  async function answerSessionLink(
    { request, set }: PageContext,
    state: string,
  ): Promise<Response> {
    if (isAutomatic(request)) return notOpened()
    const requestId = String(set.headers['x-request-id'] ?? '')
    const scope = readScope(new URL(request.url).searchParams)
    const actor = { kind: 'callback', id: requestId } as const
    const sent = readProofs(deps.config, request.headers)
    const { opened, link, reference } = await openSessionLink(deps, actor, { state, scope, sent })
    if (opened.kind === 'opened') return results.withProof(redirect(opened.url), opened.proof)
    results.note(requestId, opened, link)
    const told = { result: opened, reference, destination: NO_DESTINATION, own: null }
    return results.respond(request, told)
  }

  return app
    .get(CALLBACK_PATH, answerCallback, DECLARATION)
    .get(SESSION_LINK_PATH, (context) => answerSessionLink(context, context.params.state))
    .get(CALLBACK_PATH.replace(/[^/]+$/, RESULT_SCRIPT), () => resultScript())
    .use(showConfirmation(deps, pages, results, ask))
    .use(answerConfirmation(deps, pages, results, ask))
    .use(undo(deps, pages))
    .use(unlinkFromOther(deps, pages))
}

/** With whatever an attempt has come to, where it was this request that made it. */
const COOKIE = { 'Set-Cookie': 'sometimes' } as const

const ConfirmationRequired = Type.Object(
  {
    status: Type.Literal('confirmation_required'),
    confirmUrl: Type.String({ description: 'Only for the browser that has the cookie.' }),
  },
  { title: 'ConfirmationRequiredDto' },
)

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
    202: {
      description:
        'The user must confirm whom they are about to be linked to, at `confirmUrl` in the same ' +
        'browser. Nothing is stored yet.',
      schema: ConfirmationRequired,
      headers: COOKIE,
    },
    204: { description: 'A prefetch or a preview: the link is not used up' },
    302: {
      description:
        "To the integration's `redirectUrl`, if it has one; after an administrator's consent, to the " +
        'sign-in that proves who they are',
      headers: COOKIE,
    },
    303: { description: 'To the page that asks the user to confirm', headers: COOKIE },
    400: {
      description:
        'Refused: cancelled, no valid state, or a code that the provider does not accept',
      headers: COOKIE,
    },
    403: {
      description:
        'The link was opened in another browser, and is bound to it; or the person who consented has ' +
        'not proven to be an administrator',
      headers: COOKIE,
    },
    404: { description: 'The integration, subscriber or connection is gone', headers: COOKIE },
    409: {
      description:
        'The user came from another workspace than the one expected, or the link was used',
      headers: COOKIE,
    },
    502: { description: 'The provider does not respond', headers: COOKIE },
  },
})
