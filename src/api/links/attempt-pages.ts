import type { Actor } from '../../domain/decision.ts'
import { type FoundAttempt, findAttempt } from '../../domain/links/attempt-page.ts'
import type { BrowserProof } from '../../domain/links/browser-proof.ts'
import { destinationOf, NO_DESTINATION } from '../../domain/links/complete-link.ts'
import { isFailure } from '../../domain/links/explanations.ts'
import { recordFailure } from '../../domain/links/link-events.ts'
import type { CallbackRefusal, CallbackResult } from '../../domain/links/outcome.ts'
import type { OwnAttempt } from '../../domain/links/result-details.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { readAttempt } from './page-request.ts'
import type { Results } from './result.ts'

/** A request to a page of an attempt. */
export type PageRequest = {
  request: Request
  actor: Actor
  own: OwnAttempt
  name: Extract<FoundAttempt, { kind: 'found' }>['name']
  proof: BrowserProof
}

/** What the pages of an attempt have in common. */
export type AttemptPages = {
  /** Reads the request, or returns the response to one that is not of the attempt's browser. */
  read(context: PageContext): Promise<PageRequest | Response>
  /** Tells a result, as the callback would. `isForm`: the request was sent by a form. */
  end(page: PageRequest, result: CallbackResult, isForm: boolean): Promise<Response>
  /** The same for a request that was refused. */
  refuse(page: Omit<PageRequest, 'proof' | 'name'>, refusal: CallbackRefusal): Promise<Response>
}

export type PageContext = {
  request: Request
  set: { headers: Record<string, string | number> }
}

export function createAttemptPages(deps: ApiDeps, results: Results): AttemptPages {
  async function end(
    { request, actor, own }: Omit<PageRequest, 'proof' | 'name'>,
    result: CallbackResult,
    isForm: boolean,
  ): Promise<Response> {
    const { link } = own
    results.note(actor.id, result, link)
    if (result.kind === 'confirmation_required') return results.leadToConfirmation(request, own)
    if (result.kind === 'sign_in') return results.goOn(result.url)
    const reference = isFailure(result) ? await recordFailure(deps, actor, link, result) : actor.id
    const destination = destinationOf(link)
    return results.respond(request, { result, reference, destination, own, isForm })
  }

  return {
    read: async ({ request, set }) => {
      const actor = { kind: 'callback', id: String(set.headers['x-request-id'] ?? '') } as const
      const address = readAttempt(request, deps.config)
      const found = await findAttempt(deps, address)
      if (found.kind === 'found') {
        const { link, name, proof } = found
        return { request, actor, own: { ...address, link, answer: null }, name, proof }
      }
      results.note(actor.id, found, found.link)
      const reference =
        found.kind === 'other_browser'
          ? await recordFailure(deps, actor, found.link, { kind: 'other_browser' })
          : actor.id
      const told = { result: found, reference, destination: NO_DESTINATION, own: null }
      return results.respond(request, told)
    },
    end,
    refuse: (page, refusal) => end(page, refusal, true),
  }
}
