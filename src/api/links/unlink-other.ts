import { UNLINK_OTHER_PATH } from '../../domain/links/addresses.ts'
import { checkFormToken } from '../../domain/links/form-token.ts'
import { unlinkOther } from '../../domain/links/unlink-other.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import type { Public } from '../../http/pipeline.ts'
import type { AttemptPages } from './attempt-pages.ts'
import { isFromOwnPage } from './page-request.ts'

/** Unlinks a chat user from another account, in the browser in which they have just signed in. */
export const unlinkFromOther = (deps: ApiDeps, pages: AttemptPages) => (app: Public) =>
  app.post(UNLINK_OTHER_PATH, async (context) => {
    const page = await pages.read(context)
    if (page instanceof Response) return page
    const form = await deps.readForm(page.request)
    const token = checkFormToken(deps, form.get('token') ?? '', 'unlink_other', page.own)
    if (!isFromOwnPage(page.request, deps.config) || token === 'forged') {
      return pages.refuse(page, { kind: 'form_forged' })
    }
    const { actor, own, name } = page
    const { kind } = await unlinkOther(deps, actor, own.link, name)
    return pages.end(page, { kind: kind === 'accepted' ? 'unlinked_other' : kind }, true)
  })
