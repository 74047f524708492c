import { UNDO_PATH } from '../../domain/links/addresses.ts'
import { checkFormToken } from '../../domain/links/form-token.ts'
import { undoAttempt } from '../../domain/links/undo.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import type { Public } from '../../http/pipeline.ts'
import type { AttemptPages } from './attempt-pages.ts'
import { isFromOwnPage } from './page-request.ts'

/** Undoes what was just linked, in the browser in which it was linked. */
export const undo = (deps: ApiDeps, pages: AttemptPages) => (app: Public) =>
  app.post(UNDO_PATH, async (context) => {
    const page = await pages.read(context)
    if (page instanceof Response) return page
    const form = await deps.readForm(page.request)
    const token = checkFormToken(deps, form.get('token') ?? '', 'undo', page.own)
    if (!isFromOwnPage(page.request, deps.config) || token === 'forged') {
      return pages.refuse(page, { kind: 'form_forged' })
    }
    const { actor, own, name } = page
    const undone = await undoAttempt(deps, actor, own.link, name)
    return pages.end(page, { kind: undone.kind === 'accepted' ? 'undone' : undone.kind }, true)
  })
