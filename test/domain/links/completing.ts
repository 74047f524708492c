import { readCallback } from '../../../src/api/links/callback-request.ts'
import type { Deps } from '../../../src/deps.ts'
import { completeLink } from '../../../src/domain/links/complete-link.ts'
import type { AuthorizationResponse, CallbackResult } from '../../../src/domain/links/outcome.ts'
import type { SpentState } from '../../../src/store/links/spent-states.ts'

/** What the address says that a browser is sent back to. */
export function responseOf(callback: string): AuthorizationResponse {
  const response = readCallback(new Request(callback))
  if ('kind' in response) throw new Error(response.kind)
  return response
}

/** Completes links without a request, with dependencies that do something else besides. */
export const completing = (deps: Deps) => ({
  complete: async (response: AuthorizationResponse, withDeps = deps): Promise<CallbackResult> =>
    (await completeLink(withDeps, { kind: 'callback', id: 'test' }, response)).result,

  jtiOf: async ({ state }: AuthorizationResponse): Promise<string> => {
    const verified = await deps.states.verify(String(state), deps.clock())
    if (verified.kind !== 'valid') throw new Error(verified.kind)
    return verified.claims.jti
  },

  stored: (jti: string): Promise<SpentState | null> => deps.store.spentStates.find(jti),

  /** Dependencies by which something happens between the first decision and its commit. */
  interrupted: (interrupt: () => Promise<unknown>): Deps => {
    let isFirst = true
    const commit: Deps['store']['commit'] = async (writes) => {
      if (isFirst) {
        isFirst = false
        await interrupt()
      }
      return deps.store.commit(writes)
    }
    return { ...deps, store: { ...deps.store, commit } }
  },
})
