import { CONFIRM_PATH } from '../../domain/links/addresses.ts'
import { findWaiting } from '../../domain/links/confirmation.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { acceptsHtml } from '../../http/error-response.ts'
import type { Public } from '../../http/pipeline.ts'
import type { AttemptPages } from './attempt-pages.ts'
import { isAutomatic, notOpened } from './callback-request.ts'
import type { AskConfirmation } from './describe-confirmation.ts'
import type { Results } from './result.ts'

/** The page on which the user confirms what is held; once they have decided, its result. */
export const showConfirmation =
  (deps: ApiDeps, pages: AttemptPages, results: Results, ask: AskConfirmation) => (app: Public) =>
    app.get(CONFIRM_PATH, async (context) => {
      if (isAutomatic(context.request)) return notOpened()
      const page = await pages.read(context)
      if (page instanceof Response) return page
      const found = await findWaiting(deps, page.actor, page.own.link, page.name)
      if (found.kind !== 'waiting') return pages.end(page, found, false)
      return acceptsHtml(page.request.headers)
        ? ask(page.own, found)
        : results.leadToConfirmation(page.request, page.own)
    })
