import { CONFIRM_PATH } from '../../domain/links/addresses.ts'
import { decideAttempt, findWaiting } from '../../domain/links/confirmation.ts'
import { checkFormToken } from '../../domain/links/form-token.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { acceptsHtml } from '../../http/error-response.ts'
import type { Public } from '../../http/pipeline.ts'
import type { AttemptPages } from './attempt-pages.ts'
import type { AskConfirmation } from './describe-confirmation.ts'
import { LINK_INSTALLER } from './describe-install.ts'
import { isFromOwnPage } from './page-request.ts'
import type { Results } from './result.ts'

/**
 * The user's answer. It is taken only from latch's own page, in the browser of the attempt; one that
 * came before the page could be read is asked for again.
 */
export const answerConfirmation =
  (deps: ApiDeps, pages: AttemptPages, results: Results, ask: AskConfirmation) => (app: Public) =>
    app.post(CONFIRM_PATH, async (context) => {
      const page = await pages.read(context)
      if (page instanceof Response) return page
      const form = await deps.readForm(page.request)
      if (!isFromOwnPage(page.request, deps.config)) {
        return pages.refuse(page, { kind: 'form_forged' })
      }
      const { actor, own, name, proof } = page
      const found = await findWaiting(deps, actor, own.link, name)
      // A second click, or another tab: what was decided is told again.
      if (found.kind !== 'waiting') return pages.end(page, found, true)
      const token = checkFormToken(deps, form.get('token') ?? '', 'confirm', own)
      const decision = form.get('decision')
      if (token === 'forged' || (decision !== 'yes' && decision !== 'no')) {
        return pages.refuse(page, { kind: 'form_forged' })
      }
      if (token === 'stale') {
        return acceptsHtml(page.request.headers)
          ? ask(own, found)
          : results.leadToConfirmation(page.request, own)
      }
      const result = await decideAttempt(deps, actor, own.link, name, found, {
        isConfirmed: decision === 'yes',
        linksInstaller: form.get(LINK_INSTALLER) === 'yes',
      })
      const ended = await pages.end(
        { ...page, own: { ...own, answer: found.answer } },
        result,
        true,
      )
      // It is told the outcome, and can undo it, for ten minutes from now.
      return results.withProof(ended, proof)
    })
