import { CONFIRM_PATH } from '../../domain/links/addresses.ts'
import { findWaiting } from '../../domain/links/confirmation.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import type { Public } from '../../http/pipeline.ts'
import type { AttemptPages } from './attempt-pages.ts'
import { isAutomatic, notOpened } from './callback-request.ts'
import type { AskConfirmation } from './describe-confirmation.ts'

/** The page on which the user confirms what is held; once they have decided, its result. */
export const showConfirmation =
  (deps: ApiDeps, pages: AttemptPages, ask: AskConfirmation) => (app: Public) =>
    app.get(CONFIRM_PATH, async (context) => {
      if (isAutomatic(context.request)) return notOpened()
      const page = await pages.read(context)
      if (page instanceof Response) return page
      const found = await findWaiting(deps, page.actor, page.own.link, page.name)
      return found.kind === 'waiting' ? ask(page.own, found) : pages.end(page, found, false)
    })
