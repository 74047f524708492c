import { readCallback } from '../../../src/api/links/callback-request.ts'
import type { Deps } from '../../../src/deps.ts'
import { completeLink, type Waits } from '../../../src/domain/links/complete-link.ts'
import { decideAttempt, findWaiting } from '../../../src/domain/links/confirmation.ts'
import { findKnownLink } from '../../../src/domain/links/known-link.ts'
import type { AuthorizationResponse, CallbackResult } from '../../../src/domain/links/outcome.ts'
import type { AttemptName, LinkAttempt } from '../../../src/store/links/link-attempts.ts'
import { attemptNameOf } from '../../harness/attempts.ts'

/** What the address says that a browser is sent back to. */
export function responseOf(callback: string): AuthorizationResponse {
  const response = readCallback(new Request(callback), { publicUrl: new URL(callback).origin })
  if ('kind' in response) throw new Error(response.kind)
  return response
}

const ACTOR = { kind: 'callback', id: 'test' } as const
const AT_ONCE: Waits = { isFull: () => false, during: (_name, find) => find() }

/** Completes links without a request, with dependencies that do something else besides. */
export const completing = (deps: Deps) => ({
  complete: async (response: AuthorizationResponse, withDeps = deps): Promise<CallbackResult> =>
    (await completeLink(withDeps, ACTOR, response, AT_ONCE)).result,

  /** Agrees to what latch asks after `complete`, in dependencies that do something else besides. */
  agree: async (response: AuthorizationResponse, withDeps = deps): Promise<CallbackResult> => {
    const verified = await deps.states.verify(String(response.state), deps.clock())
    const link = await findKnownLink(deps, verified)
    if (link === null) throw new Error('of no link')
    const name = await attemptNameOf(deps, response)
    const found = await findWaiting(deps, ACTOR, link, name)
    if (found.kind !== 'waiting') return found
    const decision = { isConfirmed: true, linksInstaller: true }
    return decideAttempt(withDeps, ACTOR, link, name, found, decision)
  },

  /** What the browser sends that has made this attempt. */
  fromSameBrowser: (response: AuthorizationResponse): AuthorizationResponse => {
    const { browserProof } = deps.states.attempt(String(response.state), `code ${response.code}`)
    return { ...response, sentProofs: () => browserProof }
  },

  nameOf: ({ state, code }: AuthorizationResponse): Promise<AttemptName> =>
    attemptNameOf(deps, { state, code }),

  stored: (name: AttemptName): Promise<LinkAttempt | null> => deps.store.linkAttempts.find(name),

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
